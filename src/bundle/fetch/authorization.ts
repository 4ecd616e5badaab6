import type { Index } from './indexes.ts';
import { knownIndexes } from './indexes.ts';
import type { Credentials } from './keyring.ts';
import { askKeyring } from './keyring.ts';
import { netrcCredentials } from './netrc.ts';

/** Where credentials are looked for. */
export interface Surroundings {
  /** The project's folder. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * `Authorization` for an address: of the index that the environment names for its origin, or from netrc; null: none
 * stands there. Never sent over plain http to another machine.
 */
export async function authorizationFor(url: URL, surroundings: Surroundings): Promise<string | null> {
  if (!isSafe(url)) return null;
  const index = (await indexesOf(url, surroundings)).find(({ user }) => user !== null);
  if (index?.user != null && index.password !== null) return basic({ user: index.user, password: index.password });
  const found = await netrcCredentials(url, surroundings.env);
  if (found !== null) return basic(found);
  return null;
}

/** The same, of the keyring: asked once an index has refused. Each origin is asked for once. */
export function keyringAuthorization(url: URL, surroundings: Surroundings): Promise<string | null> {
  if (!isSafe(url)) return Promise.resolve(null);
  const asked = answers.get(surroundings.env) ?? new Map<string, Promise<string | null>>();
  answers.set(surroundings.env, asked);
  const answer = asked.get(url.origin) ?? fromKeyring(url, surroundings);
  asked.set(url.origin, answer);
  return answer;
}

const answers = new WeakMap<NodeJS.ProcessEnv, Map<string, Promise<string | null>>>();

async function fromKeyring(url: URL, surroundings: Surroundings): Promise<string | null> {
  const indexes = await indexesOf(url, surroundings);
  const user = indexes.find((index) => index.user !== null)?.user ?? null;
  // As pip and uv ask: by the index's address, then by its host.
  const services = [...indexes.map((index) => index.url.href), url.host, url.hostname];
  const found = await askKeyring([...new Set(services)], user, surroundings.env);
  return found === null ? null : basic(found);
}

async function indexesOf(url: URL, { folder, env }: Surroundings): Promise<readonly Index[]> {
  const indexes = await knownIndexes(folder, env);
  return indexes.filter((index) => index.url.origin === url.origin);
}

function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

const basic = ({ user, password }: Credentials): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
