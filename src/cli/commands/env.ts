import { Argument } from 'commander';
import { findConfig } from '../../config/find.ts';
import { loadConfig } from '../../config/load.ts';
import { nodeNames } from '../../config/nodes.ts';
import { setEnv } from '../../deploy/set-env.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { checkNames } from '../../secrets/variables.ts';
import { type ChangeCommandOptions, changeCommand, consent } from '../change-command.ts';
import { yesOption } from '../consent-option.ts';
import type { CliContext, Define } from '../context.ts';
import { listSecrets } from '../env/list.ts';
import { readValues } from '../env/read-values.ts';
import { selectSettings } from '../select.ts';
import { sudoOption } from '../sudo-option.ts';
import { timingsOptions } from '../timings-option.ts';

interface Options extends ChangeCommandOptions {
  readonly stdin?: boolean;
}

export const define: Define = (command, context) => {
  timingsOptions(command)
    .addArgument(new Argument('<what>', 'what to do').choices(['set', 'unset', 'list']))
    .argument('<node...>', 'names, @GROUP, or @all; then names of variables')
    .option('--stdin', 'of set: values from a pipe. One NAME: all of it is its value; else lines of NAME=value')
    .addOption(yesOption())
    .addOption(sudoOption())
    .addHelpText(
      'after',
      `
Examples:
  conc env set web1 DATABASE_URL                  asks for the value, without showing it
  pass show shop | conc env set web1 DATABASE_URL --stdin
  conc env set @web --stdin < secrets.env         lines of NAME=value, all of them
  conc env unset web1 OLD_TOKEN
  conc env list @all                              names, since when and by whom; values are never shown

Values stay on the node, for the application's processes alone. To set one is a change: a release with the new generation is made of the one that
serves, brought into service, and undone if it is not well. conc rollback brings the former values back with the former release.`,
    )
    .action(async (what: string, words: string[]) => {
      const options: Options = command.optsWithGlobals();
      const { nodes, names } = parted(words, options, context);
      const settings = selectSettings(nodes, options, context);
      if (what === 'list') {
        if (names.length > 0) throw usage(`list takes nodes: there is no node ${names[0]}`, 'conc env list @all');
        return listSecrets(settings, options.json === true, context);
      }
      checkNames(names);
      if (what === 'unset' && names.length === 0) throw usage('no name is given', 'conc env unset NODE NAME');
      // Nobody types a value for a node that is not to be touched.
      for (const node of settings) await consent(node, options.yes ?? [], context);
      const agreed = { ...options, yes: settings.map(({ name }) => name) };
      const set =
        what === 'set'
          ? await readValues(
              names,
              settings.map(({ name }) => name),
              options.stdin === true,
              context,
            )
          : new Map<string, never>();
      const wish = { set, unset: what === 'unset' ? names : [] };
      await changeCommand(settings, agreed, context, (node, change) =>
        setEnv(node, wish, { ...change, until: null, bundle: null }),
      );
    });
};

/** Nodes first, then names: the first word is a node's in any case, so that a misspelt one is told as such. */
function parted(words: readonly string[], options: Options, context: CliContext): { nodes: string[]; names: string[] } {
  const known = new Set(nodeNames(loadConfig(findConfig(context.cwd, options.config))));
  const at = words.findIndex((word, index) => index > 0 && !word.startsWith('@') && !known.has(word));
  return at < 0 ? { nodes: [...words], names: [] } : { nodes: words.slice(0, at), names: words.slice(at) };
}

const usage = (message: string, hint: string): ConcError => new ConcError({ code: 'usage', message, hint, exit: 2 });
