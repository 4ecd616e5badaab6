import type { NodeSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { loginOf } from '../../prepare/login.ts';
import { needsOf } from '../../prepare/needs.ts';
import { prepareNode } from '../../prepare/prepare.ts';
import { scriptOf } from '../../prepare/script.ts';
import type { Wanted } from '../../prepare/types.ts';
import { wantedOf } from '../../prepare/wanted.ts';
import { askAt } from '../ask.ts';
import { consent } from '../change-command.ts';
import { yesOption } from '../consent-option.ts';
import type { CliContext, Define } from '../context.ts';
import { leavingBySignal } from '../leaving.ts';
import { type PrepareOptions, projectOf } from '../prepare/project.ts';
import { prepareReport } from '../prepare/report.ts';
import { selectSettings } from '../select.ts';
import { sudoOption } from '../sudo-option.ts';
import { sudoPasswords } from '../sudo-passwords.ts';
import { who } from '../who.ts';

export const define: Define = (command, context) => {
  command
    .argument('<node...>', 'names, @GROUP, or @all; one, where its script is printed')
    .option('--check', 'compare with the machine: what is there, and what lacks?')
    .option('--apply', 'do what lacks, by sudo or as root')
    .option('--login <user>', 'log in as this user, who is root or may become it (default: the user who deploys)')
    .option(
      '--key <file>',
      'the public key that who deploys logs in with (default: that of sshd.key, op_key or of ssh)',
    )
    .option(
      '--bundle <file>',
      'rules of sudo for the jobs of this bundle (default: the newest that was built from what is here)',
    )
    .addOption(sudoOption())
    .addOption(yesOption())
    .addHelpText(
      'after',
      `
Examples:
  conc prepare web1                          print what a bare machine needs, as a script to read; connects to nothing
  conc prepare web1 | ssh root@web1 sh       and have root do it; a second time there is nothing to do
  conc prepare web1 --apply --login root     the same over conc's connection, step by step
  conc prepare web1 --apply                  as the user who deploys, by sudo
  conc prepare @web --check                  is all there? As the user who deploys, without sudo
  conc prepare web1 --json                   {"node", "needs": [{id, what, why, there, make}], "script"}
  conc prepare web1 --apply --json           lines {time, node, event: "need", need, state, said}, then a summary

For Debian and Ubuntu. It installs, makes and adds; it removes and upgrades nothing. The machine's record of it is
/var/lib/conc/prepared.jsonl. The host key must be known: conc trust web1.

Exit codes: 0 all is there · 1 something lacks or failed, or the node wasn't reached · 3 not Debian or Ubuntu, or nobody becomes root there`,
    )
    .action(async (words: string[]) => {
      const options: PrepareOptions = command.optsWithGlobals();
      const nodes = selectSettings(words, options, context);
      const mode = modeOf(options, nodes);
      if (mode === 'apply') for (const node of nodes) await consent(node, options.yes ?? [], context);
      const project = await projectOf(nodes, options, context);
      const prepared = [];
      for (const settings of nodes) {
        const login = await loginOf(settings, options.key ?? null);
        const wanted = await wantedOf(settings, project, login, who());
        prepared.push({ settings, wanted });
      }
      if (mode !== 'print') return run(prepared, mode, options, context);
      for (const one of prepared) print(one, options, context);
    });
};

interface One {
  readonly settings: NodeSettings;
  readonly wanted: Wanted;
}

function print({ settings, wanted: all }: One, options: PrepareOptions, context: CliContext): void {
  const isKeyless = all.key === null && settings.ssh !== undefined;
  const wanted = isKeyless
    ? { ...all, notes: [...all.notes, `a public key of ${all.user}: none was found (--key)`] }
    : all;
  const needs = needsOf(wanted);
  const script = scriptOf(wanted, needs);
  if (options.json === true) context.out(JSON.stringify({ node: wanted.node, needs, script }));
  else context.out(script.trimEnd());
}

/** One after the other: a machine's packages are fetched while a person watches. */
async function run(
  nodes: readonly One[],
  mode: 'check' | 'apply',
  options: PrepareOptions,
  context: CliContext,
): Promise<void> {
  const sudo = sudoPasswords(options, context).for;
  const report = prepareReport(mode, options, context);
  using leaving = leavingBySignal();
  const { signal } = leaving;
  for (const { settings, wanted: all } of nodes) {
    const otherLogin = options.login !== undefined && options.login !== all.user;
    // Who logs in as the user that deploys needs neither.
    const wanted = otherLogin ? all : { ...all, key: null };
    try {
      if (otherLogin && mode === 'apply' && all.key === null && settings.ssh !== undefined) throw noKey(all);
      const needs = needsOf(wanted);
      const { begin, tell } = report.node(settings.name, needs);
      const reached = otherLogin ? loggedInAs(settings, options.login) : settings;
      report.end(
        settings.name,
        await prepareNode({
          wanted,
          needs,
          mode,
          otherLogin,
          sudo,
          begin,
          tell,
          settings: reached,
          signal,
          ask: askAt(context),
        }),
      );
    } catch (error) {
      // Where nothing was begun, it is an error like any other.
      const isAlone = nodes.length === 1 && (options.json !== true || !report.begun());
      if (isAlone || !(error instanceof ConcError)) throw error;
      report.failed(settings.name, error);
      if (signal.aborted) break;
    }
  }
  context.finish(report.finish());
}

const loggedInAs = (settings: NodeSettings, user: string | undefined): NodeSettings =>
  settings.ssh === undefined ? settings : { ...settings, ssh: { ...settings.ssh, user } };

function modeOf(options: PrepareOptions, nodes: readonly NodeSettings[]): 'print' | 'check' | 'apply' {
  if (options.check === true && options.apply === true) {
    throw usage('--check only looks, and --apply does', 'give one of them; --apply looks first, too');
  }
  if (options.login !== undefined && !/^[a-z_][a-z0-9_.-]*\$?$/i.test(options.login)) {
    throw usage(`--login ${options.login}: not the name of a user`, '--login root');
  }
  if (options.check === true) return 'check';
  if (options.apply === true) return 'apply';
  if (nodes.length > 1 && options.json !== true) {
    throw usage('each node has a script of its own', 'print them one by one; --check and --apply take several nodes');
  }
  return 'print';
}

const noKey = ({ node, user }: Wanted): ConcError =>
  new ConcError({
    code: 'prepare.no-key',
    message: `${user} would have no key to log in to ${node} with: no public key was found`,
    hint: `name it: conc prepare ${node} --apply --login root --key ~/.ssh/id_ed25519.pub`,
    state: 'nothing was changed',
    exit: 2,
  });

const usage = (message: string, hint: string): ConcError => new ConcError({ code: 'usage', message, hint, exit: 2 });
