import type { NodeSettings } from '../config/types.ts';
import { quoteForAnyShell } from '../gateway/quote.ts';
import type { Target } from '../gateway/types.ts';
import type { GatewayRequest } from './request.ts';
import { readSshWords } from './ssh-words.ts';

/** Where a script's gateway runs. `settingsOf`: a node of conc.ini by its name; a ConcError for one that is not there. */
export function targetOfRequest(request: GatewayRequest, settingsOf: (node: string) => NodeSettings): Target {
  switch (request.kind) {
    case 'popen': {
      const { argv, cwd, env } = request;
      return { kind: 'popen', node: 'here', python: argv[0], script: { argv, cwd, env } };
    }
    case 'ssh': {
      const { python, args } = request;
      const ssh = readSshWords(args);
      const node = ssh.user === undefined ? ssh.host : `${ssh.user}@${ssh.host}`;
      return { kind: 'ssh', node, python, ssh, script: { args, command: python } };
    }
    case 'node': {
      const settings = settingsOf(request.node);
      const { name: node, ssh } = settings;
      const { python } = settings;
      // What the script wrote is words of a shell, as with ssh=; what conc.ini says is one path.
      const command = request.python ?? quoteForAnyShell(settings.python);
      return ssh === undefined
        ? {
            kind: 'popen',
            node,
            python,
            script: { argv: nearArgv(request.python, settings.python), cwd: process.cwd(), env: surroundings() },
          }
        : { kind: 'ssh', node, python, ssh, script: { args: undefined, command } };
    }
  }
}

/** What the script wrote may have options behind it; what conc.ini says is one path. */
function nearArgv(written: string | null, python: string): [string, ...string[]] {
  const [command = python, ...options] = written?.trim().split(/\s+/) ?? [];
  return [command, ...options];
}

const surroundings = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
