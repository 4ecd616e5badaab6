import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';

/** A package index that the environment or the project names, with what is said there of who may read it. */
export interface Index {
  readonly url: URL;
  readonly user: string | null;
  readonly password: string | null;
}

/** Variables with addresses of indexes, between blanks: pip's and uv's own. An address may begin with `NAME=`. */
const variables = [
  ...['UV_DEFAULT_INDEX', 'UV_INDEX', 'UV_INDEX_URL', 'UV_EXTRA_INDEX_URL'],
  ...['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL'],
];

/** Indexes of the environment, and those that pyproject.toml or uv.toml name, whose credentials uv takes from `UV_INDEX_NAME_USERNAME` and `…_PASSWORD`. */
export async function knownIndexes(folder: string, env: NodeJS.ProcessEnv): Promise<readonly Index[]> {
  const words = variables.flatMap((name) => (env[name] ?? '').split(/\s+/)).filter((word) => word !== '');
  const told = words.map((word) => /^(?:([A-Za-z0-9._-]+)=)?(.*)$/s.exec(word) ?? []);
  const named = [...told.map(([, name, url = '']) => ({ name, url })), ...(await projectIndexes(folder))];
  return named.flatMap(({ name, url }) => (URL.canParse(url) ? [indexOf(new URL(url), name, env)] : []));
}

function indexOf(url: URL, name: string | undefined, env: NodeJS.ProcessEnv): Index {
  const variable = `UV_INDEX_${(name ?? '').toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
  const own = { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  const user = own.user || (name === undefined ? '' : (env[`${variable}_USERNAME`] ?? ''));
  const password = own.password || (name === undefined ? '' : (env[`${variable}_PASSWORD`] ?? ''));
  const plain = new URL(url);
  [plain.username, plain.password] = ['', ''];
  return { url: plain, user: user || null, password: password || null };
}

const indexSchema = z.object({ name: z.string().optional(), url: z.string() });
const settingsSchema = z.looseObject({
  index: z.array(indexSchema).default([]),
  'index-url': z.string().optional(),
  'extra-index-url': z.array(z.string()).default([]),
});

async function projectIndexes(folder: string): Promise<{ name: string | undefined; url: string }[]> {
  const tables = [await tableOf(folder, 'uv.toml', (toml) => toml), await tableOf(folder, 'pyproject.toml', toolUv)];
  return tables.flatMap((table) => {
    const parsed = settingsSchema.safeParse(table);
    if (!parsed.success) return [];
    const { index, 'index-url': one, 'extra-index-url': more } = parsed.data;
    const urls = [...(one === undefined ? [] : [one]), ...more];
    return [...index.map(({ name, url }) => ({ name, url })), ...urls.map((url) => ({ name: undefined, url }))];
  });
}

async function tableOf(folder: string, file: string, choose: (toml: unknown) => unknown): Promise<unknown> {
  try {
    return choose(parse(await readFile(join(folder, file), 'utf8')));
  } catch {
    return {};
  }
}

function toolUv(toml: unknown): unknown {
  const parsed = z.object({ tool: z.object({ uv: z.unknown() }) }).safeParse(toml);
  return parsed.success ? parsed.data.tool.uv : {};
}
