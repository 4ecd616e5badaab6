import { z } from 'zod';
import { runProgram } from '../program.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * What the program `keyring` has for an index: asked for each of these services (the index's address, the host), by the
 * user's name where one is known. The password comes over a pipe; it is never in an argument list.
 */
export async function askKeyring(
  services: readonly string[],
  user: string | null,
  env: NodeJS.ProcessEnv,
): Promise<Credentials | null> {
  for (const service of services) {
    const found = user === null ? await pairOf(service, env) : await passwordOf(service, user, env);
    if (found !== null) return found;
  }
  return null;
}

async function passwordOf(service: string, user: string, env: NodeJS.ProcessEnv): Promise<Credentials | null> {
  const { exit, stdout } = await runProgram(['keyring', 'get', service, user], { env });
  return exit === 0 ? { user, password: stdout.replace(/\r?\n$/, '') } : null;
}

const pairSchema = z.object({ username: z.string(), password: z.string() });

/** keyring 25.2 and newer know a user's name too. */
async function pairOf(service: string, env: NodeJS.ProcessEnv): Promise<Credentials | null> {
  const argv = ['keyring', '--mode', 'creds', '--output', 'json', 'get', service] as const;
  const { exit, stdout } = await runProgram(argv, { env });
  if (exit !== 0) return null;
  try {
    const { username: user, password } = pairSchema.parse(JSON.parse(stdout));
    return { user, password };
  } catch {
    return null;
  }
}
