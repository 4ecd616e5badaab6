import type { SshSettings } from '../config/types.ts';
import type { Askpass } from './askpass.ts';
import { type Backend, processBackend } from './backend.ts';
import { LOADER } from './loader.ts';
import { type SharedConnection, scriptSshArguments, sshArguments } from './ssh-argv.ts';
import type { Target } from './types.ts';

export interface BackendNeeds {
  readonly connectTimeout?: number;
  /** Shares no connection with others. */
  readonly alone?: boolean;
  /** ssh may ask a person, by this. */
  readonly askpass?: Askpass | undefined;
}

/** Starts what carries bytes to a target. */
export async function openBackend(
  target: Target,
  { askpass, connectTimeout = 15, alone = false }: BackendNeeds,
): Promise<Backend> {
  switch (target.kind) {
    case 'popen':
      return near(target);
    case 'ssh': {
      const prompts = askpass !== undefined;
      const env = { ...process.env, ...askpass?.env };
      const needs = { prompts, connectTimeout, alone };
      const args =
        target.script === undefined
          ? sshArguments(target.ssh, target.python, { ...needs, shared: alone ? undefined : await shared(target.ssh) })
          : scriptSshArguments(target.ssh, target.script, needs);
      return processBackend('ssh', args, { env });
    }
    case 'recorder':
      return (await import('./replay.ts')).replay(target.file);
  }
}

/** Its code is loaded where a connection is to be shared. */
async function shared(ssh: SshSettings): Promise<SharedConnection | undefined> {
  return ssh.persist ? (await import('./shared-connection.ts')).sharedConnection(ssh) : undefined;
}

function near({ python, script }: Extract<Target, { kind: 'popen' }>): Backend {
  if (script === undefined) return processBackend(python, ['-I', '-c', LOADER]);
  const [command, ...options] = script.argv;
  return processBackend(command, [...options, '-c', LOADER], { cwd: script.cwd, env: script.env });
}
