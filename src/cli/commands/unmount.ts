import { rmdir } from 'node:fs/promises';
import { type Unmounted, unmountNode } from '../../bridge/unmount.ts';
import type { CommonOptions, Define } from '../context.ts';
import { mountFolder } from '../mount-folder.ts';
import { selectSettings } from '../select.ts';

export const define: Define = (command, context) => {
  command
    .argument('<node>', 'a node that conc mount mounted')
    .argument('[folder]', 'where it is mounted (default: .conc/mnt/NODE beside conc.ini)')
    .addHelpText(
      'after',
      `
Works also when the node can't be reached any more: a mount that does not answer is taken away lazily, and you are told.

Examples:
  conc unmount web1
  conc unmount web1 /mnt/web1`,
    )
    .action(async (node: string, named: string | undefined) => {
      const options: CommonOptions = command.optsWithGlobals();
      for (const { name } of selectSettings([node], options, context)) {
        const folder = mountFolder(name, named, options, context);
        const result = await unmountNode(folder);
        // The folder that conc made goes too; what a person named stays.
        if (named === undefined) await rmdir(folder).catch(() => {});
        context.err(said(folder, result));
        if (options.json === true) context.out(JSON.stringify({ node: name, folder, ...result }));
      }
    });
};

function said(folder: string, result: Unmounted): string {
  switch (result.how) {
    case 'not-mounted':
      return `nothing is mounted at ${folder}`;
    case 'unmounted':
      return `${folder} is unmounted`;
    case 'lazily':
      return `${folder} does not answer (${result.why}): it was unmounted lazily. What was written there in the last moments may be lost`;
  }
}
