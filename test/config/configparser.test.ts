import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateWhatCan } from '../../src/config/evaluate.ts';
import { readConfig } from '../../src/config/load.ts';
import { roleOf } from '../../src/config/names.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { lower, newerLetters } from '../../src/config/python-text.ts';
import { find, sectionScopes, substitute } from '../../src/config/substitute.ts';
import type { Config, Problem } from '../../src/config/types.ts';
import { chainFile, soundFile, wildFile } from './support/ini-files.ts';
import { Oracle, type OracleError, type OracleFile, type OracleValues, pythons } from './support/oracle.ts';

/** The files are read by our parser and by every Python here: the same raw values, evaluated values, errors. */
const found = pythons();
let oracles: Oracle[] = [];
let folder = '';
beforeAll(() => {
  oracles = found.map((python) => new Oracle(python));
  folder = mkdtempSync(join(tmpdir(), 'conc-ini-'));
});
afterAll(async () => {
  await Promise.all(oracles.map((oracle) => oracle.close()));
  rmSync(folder, { recursive: true });
});

test('there is a Python of 3.10 or newer to compare with', () => {
  expect(found.length).toBeGreaterThan(0);
});

describe.each([
  { name: 'any lines in any order', files: wildFile, runs: 1000 },
  { name: 'files that parse', files: soundFile, runs: 600 },
  { name: 'chains and rings of substitution', files: chainFile, runs: 150 },
])('$name', ({ files, runs }) => {
  test('read as Python reads them', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (text) => {
        await compare(Buffer.from(text));
      }),
      { numRuns: runs },
    );
  });
});

test.each([
  ['bytes that are not UTF-8', Buffer.from('[a]\nb = \xff', 'latin1')],
  ['an encoded surrogate', Buffer.from([0x5b, 0x61, 0x5d, 0x0a, 0xed, 0xa0, 0x80])],
  ['a byte order mark', Buffer.from('\ufeff[a]\nb = 1')],
  ['a byte order mark before a comment', Buffer.from('\ufeff# note\n[a]\nb = 1')],
  ['an empty file', Buffer.from('')],
  ['two keys without a name', Buffer.from('[a]\n= 1\n= 2\n')],
  ['junk, and then a section twice', Buffer.from('[a]\njunk\n  [b]\n[b]\n')],
  ['a value that begins on the next line', Buffer.from('[a]\nb =\n  one\n\n  two\n\n\n[c]\n')],
])('%s', async (_, bytes) => {
  await compare(bytes);
});

const sigmas = fc.constantFrom('Σ', 'Σ', 'σ', 'İ', 'A', '\u0301', '.', ' ', '\u{10570}', '\ua7c0');
const anyLetter = fc.integer({ min: 0, max: 0x1_ffff }).filter((code) => code < 0xd800 || code > 0xdfff);
const letters = fc.oneof(
  sigmas,
  anyLetter.map((code) => String.fromCodePoint(code)),
);

test('keys fold as str.lower does, up to Unicode 13', async () => {
  for (const oracle of oracles) {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: letters, maxLength: 12 }), async (text) => {
        const python = await oracle.lower(text);
        // Newer letters are left as they are, as 3.10 leaves them, and warned of.
        fc.pre(
          oracle.version === '3.10' ? python.assigned || !text.includes('Σ') : !newerLetters(text) && python.assigned,
        );
        expect(lower(text)).toBe(python.lower);
      }),
      { numRuns: 500 },
    );
  }
});

async function compare(bytes: Uint8Array): Promise<void> {
  const file = join(folder, 'conc.ini');
  writeFileSync(file, bytes);
  const ours = read(file);
  const answers = await Promise.all(oracles.map((oracle) => oracle.file(bytes)));
  for (const [index, answer] of answers.entries()) {
    const version = oracles[index]?.version;
    if ('error' in answer) expect({ version, ...refusal(ours.problems) }).toEqual({ version, ...answerOf(answer) });
    else {
      expect(ours.problems).toEqual([]);
      expect({ version, ...(ours.config && described(ours.config)) }).toEqual({ version, ...comparable(answer) });
    }
  }
}

function read(file: string): { config?: Config; problems: readonly Problem[] } {
  try {
    const config = readConfig(file, folder);
    return { config, problems: config.problems };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

const classes: Record<string, string> = {
  'config.not-utf8': 'UnicodeDecodeError',
  'config.byte-order-mark': 'MissingSectionHeaderError',
  'config.no-section-header': 'MissingSectionHeaderError',
  'config.duplicate-section': 'DuplicateSectionError',
  'config.duplicate-key': 'DuplicateOptionError',
  'config.no-delimiter': 'ParsingError',
  'config.empty-key': 'ParsingError',
  'config.unknown-group': 'groups',
  'config.group-twice': 'groups',
  'config.nested-groups': 'groups',
  'config.substitution-missing': 'InterpolationMissingOptionError',
  'config.substitution-syntax': 'InterpolationSyntaxError',
  'config.substitution-depth': 'InterpolationDepthError',
};

/** What Python says of it: the first fault that stops it, or else all the lines that it collects. */
function refusal(problems: readonly Problem[]): { error: string; at: readonly number[] } {
  const stopping = problems.find(({ code }) => classes[code] !== 'ParsingError');
  if (stopping?.code === 'config.not-utf8') return { error: 'UnicodeDecodeError', at: [] };
  if (stopping) return { error: classes[stopping.code] ?? stopping.code, at: [stopping.source.line] };
  return { error: problems.length > 0 ? 'ParsingError' : 'none', at: problems.map(({ source }) => source.line) };
}

function answerOf({ error, lineno, lines }: OracleError): { error: string; at: readonly number[] } {
  return { error, at: lines ?? (lineno === undefined ? [] : [lineno]) };
}

function described(config: Config): OracleFile {
  const scopes = sectionScopes(config);
  const names = ['DEFAULT', ...config.sections.keys()];
  return {
    defaults: [...config.defaults.keys.values()].map(({ key, value }) => [key, value]),
    sections: [...config.sections.values()].map(({ name, keys }) => [
      name,
      [...keys.values()].map(({ key, value }) => [key, value]),
    ]),
    values: Object.fromEntries(names.map((name) => [name, valuesOf(config, scopes, name)])),
    nodes: Object.fromEntries(
      names.filter((name) => roleOf(name)?.role === 'node').map((name) => [name, nodeOf(config, name.slice(5))]),
    ),
  };
}

function valuesOf(config: Config, scopes: ReturnType<typeof sectionScopes>, name: string): OracleValues {
  const scope = scopes(name);
  const keys = new Set([...(scope?.keys.keys() ?? []), ...config.defaults.keys.keys()]);
  return Object.fromEntries(
    [...keys].map((key) => {
      const written = scope && find(scope, key);
      if (!scope || !written) throw new Error(`${name} lost ${key}`);
      try {
        return [key, { value: substitute(config, scopes, scope, written) }];
      } catch (error) {
        return [key, errorOf(error)];
      }
    }),
  );
}

function nodeOf(config: Config, node: string): OracleFile['nodes'][string] {
  try {
    const { attributes, broken } = evaluateWhatCan(config, node);
    const values = [...attributes.values()].map(({ key, value }) => [key, { value }] as const);
    return {
      values: {
        ...Object.fromEntries(values),
        ...Object.fromEntries([...broken].map((key) => [key, { error: 'broken' }])),
      },
    };
  } catch (error) {
    return errorOf(error);
  }
}

function errorOf(error: unknown): OracleError {
  if (!(error instanceof ConfigError)) throw error;
  return { error: classes[error.code] ?? error.code };
}

/** Python's answer with as much of its errors as ours has: their classes. */
function comparable({ defaults, sections, values, nodes }: OracleFile): OracleFile {
  return { defaults, sections, values: mapped(values, classesOf), nodes: mapped(nodes, nodeClass) };
}

function nodeClass(node: OracleFile['nodes'][string]): OracleFile['nodes'][string] {
  if (!('values' in node)) return { error: /Groups?$/.test(node.error) ? 'groups' : node.error };
  return { values: mapped(node.values, (value) => ('error' in value ? { error: 'broken' } : value)) };
}

function classesOf(values: OracleValues): OracleValues {
  return mapped(values, (value) => ('error' in value ? { error: value.error } : value));
}

function mapped<In, Out>(record: Readonly<Record<string, In>>, change: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
