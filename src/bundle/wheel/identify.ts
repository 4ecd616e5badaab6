import { normalizeName } from '../standards/names.ts';
import { compareVersions, parseVersion } from '../standards/version.ts';
import { parseWheelName } from '../standards/wheel-name.ts';
import type { Archive } from './archive.ts';

/** What a wheel calls itself, found to be the same everywhere that it does. */
export interface Identity {
  /** Normalised. */
  readonly name: string;
  /** The name as METADATA spells it. */
  readonly distribution: string;
  /** As METADATA writes it. */
  readonly version: string;
  readonly requiresPython: string | null;
  /** Those that file name and WHEEL both give: pip reads the one, and not the other. */
  readonly tags: readonly string[];
}

/** The one dist-info of an archive. Throws Error with what is wrong. */
export function distInfoOf({ files }: Archive): string {
  const found = new Set(files.flatMap(({ path }) => /^([^/]+\.dist-info)\//.exec(path)?.[1] ?? []));
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  throw new Error(
    `it has ${found.size} *.dist-info folders instead of one: ${[...found].toSorted().join(', ') || '-'}`,
  );
}

/** Throws Error where file name, dist-info, METADATA and WHEEL don't agree, or are of no format that is known. */
export function identify(file: string, distInfo: string, metadata: Headers, wheel: Headers): Identity {
  const parsed = parseWheelName(file);
  if (parsed === null) throw new Error('its file name is not one of a wheel');
  const [distribution = ''] = metadata.get('name') ?? [];
  const [version = ''] = metadata.get('version') ?? [];
  const stem = distInfo.slice(0, -'.dist-info'.length);
  const dash = stem.lastIndexOf('-');
  const folder = [stem.slice(0, dash), stem.slice(dash + 1)] as const;
  for (const name of [parsed.name, folder[0]])
    if (normalizeName(distribution) !== normalizeName(name))
      throw new Error(`inside it calls itself '${distribution}' (${distInfo}), its file name says '${parsed.name}'`);
  for (const other of [parsed.version, folder[1]])
    if (!sameVersion(version, other))
      throw new Error(`inside it is version '${version}' (${distInfo}), its file name says '${parsed.version}'`);
  checkFormat(wheel);
  const tags = commonTags(parsed.tags, wheel.get('tag') ?? []);
  const [requiresPython = null] = metadata.get('requires-python') ?? [];
  return { name: parsed.name, distribution, version, requiresPython, tags };
}

/** A file in the form of e-mail headers: every value by its key in lower case, up to the first blank line. */
export type Headers = ReadonlyMap<string, readonly string[]>;

export function parseHeaders(text: string): Headers {
  const headers = new Map<string, string[]>();
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.trim() === '') break;
    const [, name, value = ''] = /^([^\s:][^:]*):(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const key = name.trim().toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), value.trim()]);
  }
  return headers;
}

function checkFormat(wheel: Headers): void {
  const [format = ''] = wheel.get('wheel-version') ?? [];
  if (!/^1\.\d+$/.test(format)) throw new Error(`its Wheel-Version is '${format}'; versions 1.x are understood`);
}

function commonTags(told: readonly string[], listed: readonly string[]): readonly string[] {
  const inside = new Set(listed.flatMap(expand));
  const both = told.filter((tag) => inside.has(tag));
  if (both.length > 0) return both;
  const tags = [...inside].toSorted().join(' ') || '(none)';
  throw new Error(`its WHEEL has the tags ${tags}, not those of its file name`);
}

function expand(tag: string): string[] {
  const [pythons = [], abis = [], platforms = []] = tag.split('-').map((set) => set.split('.'));
  return pythons.flatMap((python) => abis.flatMap((abi) => platforms.map((each) => `${python}-${abi}-${each}`)));
}

/** File and folder names write `1.0+local` with an underscore, and other signs too. */
function sameVersion(version: string, escaped: string): boolean {
  const spelt = escaped.includes('+') ? escaped : escaped.replace(/[_-]/, '+');
  return [escaped, spelt, escaped.replaceAll('_', '-')].some((each) => equalVersions(version, each));
}

function equalVersions(a: string, b: string): boolean {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  return left === null || right === null ? a === b : compareVersions(left, right) === 0;
}
