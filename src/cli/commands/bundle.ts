import { resolve } from 'node:path';
import { Argument } from 'commander';
import { diffBundles } from '../../bundle/inspect/diff-bundles.ts';
import { verifyBundle } from '../../bundle/inspect/verify-bundle.ts';
import { openBundle } from '../../bundle/open.ts';
import type { Bundle } from '../../bundle/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { bundleActions } from '../bundle-actions.ts';
import { bundleJson, bundleLines, differenceLines, verifiedLines } from '../bundle-lines.ts';
import type { CliContext, CommonOptions, Define } from '../context.ts';

export const define: Define = (command, context) => {
  command
    .addArgument(new Argument('<what>', 'what to do').choices(bundleActions))
    .argument('<file...>', 'bundle files: one, or two for diff')
    .addHelpText(
      'after',
      `
Examples:
  conc bundle show FILE                what is in it, for which nodes, what it was built from
  conc bundle verify FILE              reads every byte, and compares it with the manifest
  conc bundle diff OLD NEW             what a deploy of NEW would change of OLD
  conc bundle show FILE --json         {"file", "id", "manifest", "provenance", "tools"}
  conc bundle verify FILE --json       {"file", "id", "wheels", "files", "problems"}
  conc bundle diff OLD NEW --json      {"same", "before", "after", "targets", "wheels", "jobs", "etc", "lock", "tools"}

Exit codes: 0 well, or the same · 1 damaged, or they differ · 2 no bundle`,
    )
    .action(async (what: (typeof bundleActions)[number], files: string[]) => {
      const options: CommonOptions = command.optsWithGlobals();
      const paths = files.map((file) => resolve(context.cwd, file));
      await actions[what](paths, options.json === true, context);
    });
};

type Action = (files: readonly string[], json: boolean, context: CliContext) => Promise<void>;

const actions: Readonly<Record<(typeof bundleActions)[number], Action>> = {
  show: async (files, json, context) => {
    const [file] = expect(files, 1, 'show FILE');
    const bundle = await openBundle(file);
    await bundle.close();
    if (json) context.out(JSON.stringify(bundleJson(bundle)));
    else for (const line of bundleLines(bundle)) context.out(line);
  },
  verify: async (files, json, context) => {
    const [file] = expect(files, 1, 'verify FILE');
    const verified = await verifyBundle(file);
    if (json) context.out(JSON.stringify(verified));
    else for (const line of verifiedLines(verified)) context.out(line);
    if (verified.problems.length > 0) context.finish(1);
  },
  diff: async (files, json, context) => {
    const [old, now] = expect(files, 2, 'diff OLD NEW');
    const opened: Bundle[] = [];
    try {
      opened.push(await openBundle(old), await openBundle(now ?? ''));
      const [before, after] = opened;
      if (before === undefined || after === undefined) return;
      const difference = await diffBundles(before, after);
      if (json) context.out(JSON.stringify(difference));
      else for (const line of differenceLines(difference)) context.out(line);
      if (!difference.same) context.finish(1);
    } finally {
      for (const bundle of opened) await bundle.close();
    }
  },
};

function expect(files: readonly string[], count: number, form: string): readonly [string, ...string[]] {
  const [first, ...more] = files;
  if (first !== undefined && files.length === count) return [first, ...more];
  throw new ConcError({
    code: 'usage',
    message: `${count === 1 ? 'one file is' : 'two files are'} compared or shown, ${files.length} were given`,
    hint: `conc bundle ${form}`,
    exit: 2,
  });
}
