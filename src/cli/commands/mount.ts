import { mountNode } from '../../bridge/mount.ts';
import type { NodeSettings } from '../../config/types.ts';
import { withNode } from '../../deploy/open.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { targetOf } from '../../gateway/target.ts';
import { askAt } from '../ask.ts';
import type { CommonOptions, Define } from '../context.ts';
import { mountFolder } from '../mount-folder.ts';
import { selectSettings } from '../select.ts';

interface Options extends CommonOptions {
  readonly root?: boolean;
}

export const define: Define = (command, context) => {
  command
    .argument('<node>', 'a node that is reached by ssh')
    .argument('[folder]', 'where, on this machine (default: .conc/mnt/NODE beside conc.ini)')
    .option('--root', "the node's whole root, also where no change is in progress")
    .addHelpText(
      'after',
      `
Mounts the directory of the change in progress by sshfs: a bridge for what is to be done by hand. Prints the folder.

Examples:
  conc mount web1
  conc mount web1 /mnt/web1 --root
  conc unmount web1`,
    )
    .action(async (node: string, named: string | undefined) => {
      const options: Options = command.optsWithGlobals();
      const ask = askAt(context);
      for (const settings of selectSettings([node], options, context)) {
        const target = targetOf(settings);
        if (target.kind !== 'ssh') throw onThisMachine(settings);
        const path = await withNode(settings, { ask }, async ({ survey }) => {
          if (options.root === true && survey.exists) return survey.root;
          if (survey.change !== null) return `${survey.root}/change`;
          throw nothingThere(settings, survey.exists);
        });
        const folder = mountFolder(settings.name, named, options, context);
        const mounted = await mountNode({ target, path, folder, ask });
        context.err(
          `${path} of ${settings.name} is mounted${mounted ? '' : ' already'}; away with: conc unmount ${settings.name}${named === undefined ? '' : ` ${named}`}`,
        );
        context.out(options.json === true ? JSON.stringify({ node: settings.name, path, folder, mounted }) : folder);
      }
    });
};

function onThisMachine({ name, root }: NodeSettings): ConcError {
  return new ConcError({
    code: 'mount.near',
    message: `${name} is on this machine: there is nothing to mount`,
    hint: `look at it: ${root}`,
    exit: 2,
  });
}

function nothingThere({ name, root }: NodeSettings, exists: boolean): ConcError {
  return new ConcError({
    code: 'mount.no-change',
    message: exists
      ? `no change is in progress on ${name}: it has no directory to mount`
      : `${name} has no ${root} yet`,
    ...(exists ? { hint: `mount all of its root: conc mount ${name} --root` } : {}),
    state: 'nothing was mounted',
    exit: 1,
  });
}
