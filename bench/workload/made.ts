import { join } from 'node:path';
import { targetOf } from '../../src/bundle/targets.ts';
import type { TargetSpec } from '../../src/bundle/types.ts';
import { bundleOf, packWheel } from '../../test/bundle/support/bundle.ts';
import { factsOf } from '../../test/bundle/support/python.ts';

/** Bundles of wheels that are made here, as many and as big as a measurement wants them; written as `conc build` writes them. */
export interface Maker {
  /** `vendors`: wheels beside the application's own, made once by `vendorWheels`. */
  readonly bundle: (
    name: string,
    modules: Readonly<Record<string, string>>,
    vendors?: readonly string[],
  ) => Promise<string>;
  /** So many wheels of so many modules each. */
  readonly vendorWheels: (name: string, count: number, files: number) => Promise<readonly string[]>;
}

export async function makeMaker(folder: string, python: string): Promise<Maker> {
  const target: TargetSpec = targetOf(await factsOf(python), 'here');
  const targets = [target];
  return {
    bundle: async (name, modules, vendors = []) => {
      const own = await packWheel(join(folder, name), { name: 'shop', version: '1.0.0' }, modules);
      const wheels = [
        { path: own, targets, role: 'application' as const, origin: 'project' as const },
        ...vendors.map((path) => ({ path, targets, role: 'vendor' as const, origin: 'registry' as const })),
      ];
      const file = join(folder, `${name}.bundle`);
      await bundleOf(file, { targets, wheels, version: '1.0.0' });
      return file;
    },
    vendorWheels: async (name, count, files) => {
      const made: string[] = [];
      for (let wheel = 0; wheel < count; wheel += 1) {
        const package_ = `${name}_${wheel}`;
        const modules = Array.from(
          { length: files },
          (_, file) => [`${package_}/part_${file}.py`, `X = ${file}\n`] as const,
        );
        made.push(await packWheel(join(folder, name), { name: package_ }, Object.fromEntries(modules)));
      }
      return made;
    },
  };
}

/** The modules of a small application; `mark` is in one line of one of them. */
export const smallApplication = (mark: string): Record<string, string> => ({
  ...Object.fromEntries(
    Array.from(
      { length: 60 },
      (_, part) => [`shop/part_${part}.py`, `"""Part ${part}."""\n\n${partText(part)}`] as const,
    ),
  ),
  'shop/__init__.py': '',
  'shop/changed.py': `"""One line of this differs."""\n\nCHANGED = ${JSON.stringify(mark)}\n${partText(99)}`,
});

const partText = (part: number): string =>
  Array.from(
    { length: 40 },
    (_, line) => `def price_${line}(amount: int) -> int:\n    return amount * ${part * 40 + line} + ${line % 7}\n`,
  ).join('\n\n');
