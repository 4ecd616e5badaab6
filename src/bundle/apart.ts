import type { Bundle, WheelEntry } from './types.ts';
import { placeOf } from './wheel/places.ts';

/** What can be imported. null: it is one folder's whole; else a PEP 420 namespace, with what it holds. */
type Names = Map<string, Names | null>;

const site = 'site-packages/';

/**
 * Why a release of these wheels can't share a tree of its vendors' (`venv.vendors = shared`), as far as the wheels' lists tell; null: it can.
 * The agent has the same rule (`vendors/apart.py`), and looks into `.pth` files too.
 */
export async function whyWhole(
  bundle: Pick<Bundle, 'contents'>,
  wheels: readonly WheelEntry[],
): Promise<string | null> {
  const own: string[] = [];
  const others: string[] = [];
  for (const wheel of wheels) {
    const paths = (await bundle.contents(wheel)).map(({ path }) => path);
    const placed = paths.filter((path) => placeOf(path, wheel.name)?.startsWith(site));
    const asData = placed.find((path) => /^[^/]+\.data\/data\//.test(path));
    if (asData !== undefined) return `${wheel.name} brings ${asData.replace(/^(?:[^/]+\/){2}/, '')} as data`;
    const application = wheel.role === 'application';
    for (const path of placed) (application ? own : others).push(placeOf(path, wheel.name)?.slice(site.length) ?? path);
    const pathFile = application ? own.find(isPathFile) : undefined;
    if (pathFile !== undefined) return `${wheel.name} has ${pathFile}`;
  }
  const name = sharedName(namesOf(own), namesOf(others));
  return name === null ? null : `the application's wheel and a vendor's both have ${name}`;
}

const isPathFile = (path: string): boolean => /^[^/]+\.pth$/.test(path);

/** Where a `.pth` file is among them, namespaces count as whole: it may make them at the start. */
function namesOf(paths: readonly string[]): Names {
  const regular = new Set(paths.filter((path) => /\/__init__\.[^/]*$/.test(path)).map(folderOf));
  const names: Names = new Map();
  for (const path of paths) place(names, path.split('/'), '', regular);
  return paths.some(isPathFile) ? new Map([...names.keys()].map((name) => [name, null])) : names;
}

function place(names: Names, [first = '', ...rest]: readonly string[], above: string, regular: Set<string>): void {
  const name = rest.length === 0 ? (first.split('.')[0] ?? '') : first;
  if (rest.length === 0 || regular.has(above + first) || !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(first)) {
    names.set(name, null);
    return;
  }
  const inside = names.get(name);
  if (inside === null) return;
  const found = inside ?? new Map();
  names.set(name, found);
  place(found, rest, `${above}${first}/`, regular);
}

function sharedName(one: Names, other: Names): string | null {
  for (const [name, mine] of [...one].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const theirs = other.get(name);
    if (theirs === undefined || name === '__pycache__') continue;
    if (mine === null || theirs === null) return name;
    const below = sharedName(mine, theirs);
    if (below !== null) return `${name}.${below}`;
  }
  return null;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
