import type { Ground } from '../ground/ground.ts';
import { command } from './command.ts';

/** Of everything that took part, by name. */
export async function describeVersions({ conc, python, peers }: Ground): Promise<Record<string, string>> {
  const said = async (argv: readonly string[]): Promise<string> => (await command(argv)).trim();
  return {
    conc: await said([...conc, '--version']),
    'Node.js': process.versions.node,
    Python: (await said([python, '--version'])).replace('Python ', ''),
    OpenSSH: (await said(['sh', '-c', 'ssh -V 2>&1'])).split(',')[0] ?? '',
    ...(await peers()).versions,
  };
}
