import { createInterface } from 'node:readline/promises';
import type { NodeSettings, SshSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { recordKeys } from '../../gateway/host-keys/known.ts';
import { lookAtHostKeys } from '../../gateway/host-keys/look.ts';
import type { HostKeys, ShownKey } from '../../gateway/host-keys/types.ts';
import type { CliContext, CommonOptions, Define } from '../context.ts';
import { selectSettings } from '../select.ts';

interface TrustOptions extends CommonOptions {
  readonly yes?: boolean;
  readonly fingerprint?: string;
}

export const define: Define = (command, context) => {
  command
    .argument('<node...>', 'names, @GROUP, or @all')
    .option('--yes', 'record keys of a host that is not known yet without asking; never replaces a changed key')
    .option('--fingerprint <sha256>', 'record if the host shows a key with this fingerprint, without asking')
    .addHelpText(
      'after',
      `
Examples:
  conc trust web1                           show its host keys, ask, and record them where ssh looks
  conc trust web1 --fingerprint SHA256:…    record them if this is one of them; also replaces a changed key
  conc trust @web --yes --json              record what is new, as a program

What to compare with stands on the machine itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
Exit code 1 when a host can't be reached or shows another key than expected; 2 when nobody said yes.`,
    )
    .action(async (words: string[]) => {
      const options: TrustOptions = command.optsWithGlobals();
      const nodes = selectSettings(words, options, context).map((settings) => ({ settings, ssh: reached(settings) }));
      for (const { settings, ssh } of nodes) await trust(settings.name, ssh, options, context);
    });
};

async function trust(node: string, ssh: SshSettings, options: TrustOptions, context: CliContext): Promise<void> {
  const found = await lookAtHostKeys(node, ssh);
  if (options.json !== true) for (const line of describe(node, found)) context.out(line);
  const known = found.keys.every(({ state }) => state === 'same');
  const agreed = !known && (await consent(node, found, options, context));
  if (agreed) await recordKeys(found);
  if (options.json === true) context.out(JSON.stringify(asJson(node, found, agreed)));
  else if (agreed) context.out(`recorded in ${found.effective.file}`);
  else context.out('nothing to record: ssh has these keys');
}

function reached({ name, ssh }: NodeSettings): SshSettings {
  if (ssh !== undefined) return ssh;
  throw new ConcError({
    code: 'trust.no-host',
    message: `${name} is on this machine (gateway = popen): it has no host key to trust`,
    hint: `conc check ${name} tells whether it is fit`,
    exit: 2,
  });
}

function describe(node: string, { effective, keys }: HostKeys): string[] {
  const width = Math.max(...keys.map(({ type }) => type.length));
  return [
    `${node} is ${effective.name} to ssh, and shows`,
    ...keys.map((key) => `  ${key.type.padEnd(width)}  ${key.fingerprint}  ${STATES[key.state]}`),
  ];
}

const STATES: Readonly<Record<ShownKey['state'], string>> = {
  same: 'recorded, the same',
  new: 'not recorded',
  changed: 'CHANGED: another key of this type is recorded',
  revoked: 'REVOKED',
};

/** True: record. Throws when it must not be, or nobody agreed. */
async function consent(node: string, found: HostKeys, options: TrustOptions, context: CliContext): Promise<boolean> {
  const has = (state: ShownKey['state']): boolean => found.keys.some((key) => key.state === state);
  if (has('revoked')) {
    throw refused('trust.revoked', `${node} shows a key that is marked as revoked`, 'ask who runs the machine');
  }
  if (options.fingerprint !== undefined) {
    const wanted = options.fingerprint.startsWith('SHA256:') ? options.fingerprint : `SHA256:${options.fingerprint}`;
    if (found.keys.some(({ fingerprint }) => fingerprint === wanted)) return true;
    const shown = found.keys.map(({ type, fingerprint }) => `${type} ${fingerprint}`);
    throw refused(
      'trust.other-key',
      `${node} shows no key with ${wanted}`,
      'is it the right machine? Someone may be in between',
      shown,
    );
  }
  if (options.yes === true && !has('changed')) return true;
  const evidence = found.keys.map((key) => `${key.type} ${key.fingerprint} ${STATES[key.state]}`);
  if (has('changed') && (options.yes === true || !context.interactive)) {
    throw refused(
      'trust.changed',
      `${node} shows another key than the one that is recorded: it was set up anew, or someone is in between`,
      `compare with the machine's own console, then: conc trust ${node} --fingerprint SHA256:…`,
      evidence,
    );
  }
  if (context.interactive && (await asked(has('changed') ? 'Replace the recorded key?' : 'Record them?'))) return true;
  throw new ConcError({
    code: 'trust.not-agreed',
    message: `the host keys of ${node} were not recorded: nobody said yes`,
    hint: `compare them with the machine's own console, then: conc trust ${node} --fingerprint SHA256:…, or --yes`,
    state: 'nothing was changed',
    evidence,
    exit: 2,
  });
}

async function asked(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (
      (await terminal.question(`${question} Type yes if the machine's own console shows the same: `)).trim() === 'yes'
    );
  } finally {
    terminal.close();
  }
}

function refused(code: string, message: string, hint: string, evidence: readonly string[] = []): ConcError {
  return new ConcError({ code, message, hint, evidence, state: 'nothing was changed', exit: 1 });
}

function asJson(node: string, { effective, keys }: HostKeys, recorded: boolean): object {
  const shown = keys.map(({ type, fingerprint, state }) => ({ type, fingerprint, state }));
  return { node, host: effective.host, port: effective.port, file: effective.file, keys: shown, recorded };
}
