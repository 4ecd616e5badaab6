import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { pipSettings } from './pip-settings.ts';

/** A package index that the environment, the project or a program's settings name, with what is said there of who may read it. */
export interface Index {
  readonly url: URL;
  readonly user: string | null;
  readonly password: string | null;
}

/** Every index that uv's or pip's settings name, and those of the project. */
export async function knownIndexes(folder: string, env: NodeJS.ProcessEnv): Promise<readonly Index[]> {
  return [...(await uvIndexes(folder, env)), ...(await pipIndexes(env))];
}

/** Variables with addresses of indexes, between blanks. An address may begin with `NAME=`. */
const variables = ['UV_DEFAULT_INDEX', 'UV_INDEX', 'UV_INDEX_URL', 'UV_EXTRA_INDEX_URL'];

/** Those that uv reads. Credentials of a named one may stand in `UV_INDEX_NAME_USERNAME` and `…_PASSWORD`. */
export async function uvIndexes(folder: string, env: NodeJS.ProcessEnv): Promise<readonly Index[]> {
  const words = variables.flatMap((name) => (env[name] ?? '').split(/\s+/)).filter((word) => word !== '');
  const told = words.map((word) => /^(?:([A-Za-z0-9._-]+)=)?(.*)$/s.exec(word) ?? []);
  const named = [...told.map(([, name, url = '']) => ({ name, url })), ...(await settingsIndexes(folder, env))];
  return named.flatMap(({ name, url }) => (URL.canParse(url) ? [indexOf(new URL(url), name, env)] : []));
}

async function pipIndexes(env: NodeJS.ProcessEnv): Promise<readonly Index[]> {
  const urls = (await pipSettings(env)).flatMap(({ values }) => values);
  return urls.flatMap((url) => (URL.canParse(url) ? [indexOf(new URL(url), undefined, env)] : []));
}

function indexOf(url: URL, name: string | undefined, env: NodeJS.ProcessEnv): Index {
  const variable = `UV_INDEX_${(name ?? '').toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
  const own = { user: decoded(url.username), password: decoded(url.password) };
  const user = own.user || (name === undefined ? '' : (env[`${variable}_USERNAME`] ?? ''));
  const password = own.password || (name === undefined ? '' : (env[`${variable}_PASSWORD`] ?? ''));
  const plain = new URL(url);
  [plain.username, plain.password] = ['', ''];
  return { url: plain, user: user || null, password: password || null };
}

/** A stray `%` stands for itself, as it does for pip. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const indexSchema = z.object({ name: z.string().optional(), url: z.string() });
const urlsSchema = z.looseObject({
  'index-url': z.string().optional(),
  'extra-index-url': z.array(z.string()).default([]),
});
const settingsSchema = urlsSchema.extend({ index: z.array(indexSchema).default([]), pip: urlsSchema.optional() });

async function settingsIndexes(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<{ name: string | undefined; url: string }[]> {
  const parsed = (await uvTables(folder, env)).map((table) => settingsSchema.safeParse(table));
  return parsed.flatMap(({ success, data }) => {
    if (!success) return [];
    const urls = [data, ...(data.pip === undefined ? [] : [data.pip])].flatMap((table) => [
      ...(table['index-url'] === undefined ? [] : [table['index-url']]),
      ...table['extra-index-url'],
    ]);
    return [...data.index.map(({ name, url }) => ({ name, url })), ...urls.map((url) => ({ name: undefined, url }))];
  });
}

/** The project's, the user's and the machine's; or the one file that takes the place of them all. */
async function uvTables(folder: string, env: NodeJS.ProcessEnv): Promise<unknown[]> {
  if (env.UV_CONFIG_FILE !== undefined) return [await tableOf(env.UV_CONFIG_FILE)];
  const user = env.XDG_CONFIG_HOME ?? join(env.HOME ?? homedir(), '.config');
  return Promise.all([
    tableOf(join(folder, 'uv.toml')),
    tableOf(join(folder, 'pyproject.toml')).then(toolUv),
    tableOf(join(user, 'uv', 'uv.toml')),
    tableOf('/etc/uv/uv.toml'),
  ]);
}

async function tableOf(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'));
  } catch {
    return {};
  }
}

function toolUv(toml: unknown): unknown {
  const parsed = z.object({ tool: z.object({ uv: z.unknown() }) }).safeParse(toml);
  return parsed.success ? parsed.data.tool.uv : {};
}
