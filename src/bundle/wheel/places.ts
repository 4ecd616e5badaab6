import type { Scripts } from './entry-points.ts';
import { shown } from './names.ts';

/**
 * Where a wheel's files go below a venv, by destination: the path in the archive, or the entry point that becomes it.
 * Destinations have no Python version in them, as conc.ini and messages name them: `site-packages/x.py`, `bin/run`,
 * `include/NAME/x.h`, `share/x`.
 */
export type Places = ReadonlyMap<string, string>;

/** What `placesOf` needs to know of a wheel. `distribution` is its name as METADATA spells it. */
export interface Placing {
  readonly paths: readonly string[];
  readonly distInfo: string;
  readonly distribution: string;
  readonly scripts: Scripts;
}

const schemes = ['purelib', 'platlib', 'headers', 'scripts', 'data'];
const site = 'site-packages/';
const ofTheVenv =
  /^(?:bin|include|lib|lib64|pyvenv\.cfg|\.gitignore|bin\/python[\d.]*[a-z]?|bin\/pypy[\d.]*|bin\/activate(?:\.\w+)?|bin\/Activate\.ps1)$/;

/**
 * Throws Error with what is wrong: two files at one place, none where a folder must be, none in the place of the venv's
 * own, no other distribution's metadata. The same rules as in the agent's `describe.py`.
 */
export function placesOf({ paths, distInfo, distribution, scripts }: Placing): Places {
  const places = new Map<string, string>();
  for (const [name, called] of [...scripts.console, ...scripts.gui]) places.set(`bin/${name}`, `${name} = ${called}`);
  for (const path of paths) {
    const place = placeOf(path, distribution);
    if (place === null)
      throw new Error(`${shown(path)} belongs to no scheme (purelib, platlib, headers, scripts, data)`);
    if (place.startsWith('bin/') && /\.data\/scripts\//.test(path) && isWrapper(place, scripts)) continue;
    const other = places.get(place);
    if (other !== undefined) throw new Error(`${shown(path)} and ${shown(other)} would both become ${place}`);
    if (isPhantom(place, distInfo)) throw new Error(`${shown(path)} would be another distribution's metadata`);
    places.set(place, path);
  }
  for (const [place, path] of places)
    if (ofTheVenv.test(place)) throw new Error(`${shown(path)} would replace ${place} of the venv itself`);
  const folder = [...places.keys()].flatMap(foldersOf).find((each) => places.has(each));
  if (folder !== undefined)
    throw new Error(`${shown(places.get(folder) ?? '')} would be a file where others need the folder ${folder}`);
  return places;
}

/** Every folder above a destination. */
export function foldersOf(place: string): string[] {
  const parts = place.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** Null: it is in a `*.data` folder (any, as in pip) and belongs to no scheme. */
export function placeOf(path: string, distribution: string): string | null {
  const [top = '', scheme = '', ...rest] = path.split('/');
  if (!top.endsWith('.data') || scheme === '') return `${site}${path}`;
  const below = rest.join('/');
  if (!schemes.includes(scheme) || below === '') return null;
  if (scheme === 'scripts') return `bin/${below}`;
  if (scheme === 'headers') return `include/${distribution}/${below}`;
  if (scheme !== 'data') return `${site}${below}`;
  return below
    .replace(/^lib64(?=\/|$)/, 'lib')
    .replace(/^lib\/python\d[^/]*\/site-packages\//, site)
    .replace(/^include\/site\/python\d[^/]*\//, 'include/');
}

/** Is it what setuptools made for an entry point? pip leaves it out and makes its own. */
function isWrapper(place: string, { console, gui }: Scripts): boolean {
  const name = place.slice(place.lastIndexOf('/') + 1).replace(/(?:\.exe|-script\.py|\.pya)$/i, '');
  return console.has(name) || gui.has(name);
}

function isPhantom(place: string, distInfo: string): boolean {
  if (!place.startsWith(site)) return false;
  const top = place.slice(site.length).split('/')[0] ?? '';
  return /\.(?:dist-info|egg-info|egg-link)$/.test(top) && top !== distInfo;
}
