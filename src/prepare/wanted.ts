import { readSource } from '../bundle/source.ts';
import type { NodeSettings } from '../config/types.ts';
import { sequenceFor } from '../deploy/once.ts';
import { layerOf, layersFor } from '../etc/layers.ts';
import type { FrozenJob } from '../sequence/types.ts';
import type { Login } from './login.ts';
import { placeProgram } from './program.ts';
import { rulesFor } from './rules.ts';
import type { Wanted } from './types.ts';

export interface Project {
  /** Of conc.ini. */
  readonly folder: string;
  /** Of a bundle that was built; null: none was. */
  readonly sequence: readonly FrozenJob[] | null;
  /** Who runs the jobs of the phase `once`. */
  readonly once: string | null;
}

/** Reads what the project has for a node. Connects to nothing. */
export async function wantedOf(settings: NodeSettings, project: Project, login: Login, by: string): Promise<Wanted> {
  const { name, attributes, etcRoot } = settings;
  const tree = etcRoot?.startsWith('/') === true ? await treeOf(settings, project.folder) : [];
  const manager = managerOf(attributes);
  // Root asks nobody.
  const isRoot = login.user === 'root';
  const uses = isRoot ? [] : usesOf(settings, tree, manager);
  const program = uses.length === 0 ? null : await placeProgram();
  const own = uses.map((argument) => `${program?.path} ${argument}`.trimEnd());
  const sequence = isRoot ? [] : sequenceFor(name, project.sequence ?? [], project.once);
  const { rules, notes } = rulesFor(settings, sequence, own);
  const account = attributes['service.user'] ?? login.user;
  const unbuilt = project.sequence === null && settings.jobs !== null;
  return {
    ...{ node: name, app: settings.app, root: settings.root, python: settings.python, packages: settings.packages },
    ...{ ...login, manager, attributes, program, rules, by },
    embedded: settings.gateway === 'popen',
    account: account === login.user || manager !== 'machine' ? null : account,
    etc: etcRoot === '/etc' ? tree : [],
    notes: unbuilt ? [...notes, 'rules for jobs of the application: nothing was built from what is here'] : notes,
  };
}

/** With which argument conc runs its program as root: none for files, `units` for services of the machine. Keys of servers are links in the tree. */
function usesOf({ etcRoot, attributes }: NodeSettings, tree: readonly string[], manager: Wanted['manager']): string[] {
  const linked = etcRoot === '/etc' && Object.keys(attributes).some((key) => /^(nginx|apache2)\./.test(key));
  return [...(tree.length > 0 || linked ? [''] : []), ...(manager === 'machine' ? ['units'] : [])];
}

function managerOf(attributes: NodeSettings['attributes']): Wanted['manager'] {
  if (attributes.service === 'initscript') return 'machine';
  if (attributes.service !== 'systemd' && attributes.service !== 'supervisord') return null;
  if (attributes['service.scope'] === 'system') return 'machine';
  return attributes.service === 'systemd' ? 'user' : null;
}

/** The paths of the etc tree that this node takes. */
async function treeOf(node: NodeSettings, folder: string): Promise<string[]> {
  const layers = layersFor(node);
  const { files } = await readSource(folder);
  const paths = files.flatMap(({ path }) => {
    const [layer, below] = layerOf(path) ?? [];
    const isTaken = layer !== undefined && below !== undefined && layers.includes(layer);
    return isTaken && !/(?:^|\/)\.|~$/.test(below) ? [below] : [];
  });
  return [...new Set(paths)].toSorted();
}
