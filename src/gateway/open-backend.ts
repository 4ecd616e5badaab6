import { type Backend, processBackend } from './backend.ts';
import { LOADER } from './loader.ts';
import { replay } from './replay.ts';
import { sshArguments } from './ssh-argv.ts';
import type { Target } from './types.ts';

export interface BackendNeeds {
  readonly connectTimeout?: number;
  readonly interactive?: boolean;
}

/** Starts what carries bytes to a target. */
export function openBackend(target: Target, needs: BackendNeeds): Backend {
  switch (target.kind) {
    case 'popen':
      return processBackend(target.python, ['-I', '-c', LOADER]);
    case 'ssh': {
      // ssh is in a session without a terminal: only a program that the user named in SSH_ASKPASS can ask.
      const prompts = needs.interactive === true && process.env.SSH_ASKPASS !== undefined;
      const env = prompts ? { ...process.env, SSH_ASKPASS_REQUIRE: 'force' } : process.env;
      const connectTimeout = needs.connectTimeout ?? 15;
      return processBackend('ssh', sshArguments(target.ssh, target.python, { prompts, connectTimeout }), { env });
    }
    case 'recorder':
      return replay(target.file);
  }
}
