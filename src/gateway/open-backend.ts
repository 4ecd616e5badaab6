import type { Askpass } from './askpass.ts';
import { type Backend, processBackend } from './backend.ts';
import { LOADER } from './loader.ts';
import { replay } from './replay.ts';
import { sshArguments } from './ssh-argv.ts';
import type { Target } from './types.ts';

export interface BackendNeeds {
  readonly connectTimeout?: number;
  /** ssh may ask a person, by this. */
  readonly askpass?: Askpass | undefined;
}

/** Starts what carries bytes to a target. */
export function openBackend(target: Target, needs: BackendNeeds): Backend {
  switch (target.kind) {
    case 'popen':
      return processBackend(target.python, ['-I', '-c', LOADER]);
    case 'ssh': {
      const prompts = needs.askpass !== undefined;
      const env = { ...process.env, ...needs.askpass?.env };
      const connectTimeout = needs.connectTimeout ?? 15;
      return processBackend('ssh', sshArguments(target.ssh, target.python, { prompts, connectTimeout }), { env });
    }
    case 'recorder':
      return replay(target.file);
  }
}
