// What a fresh clone needs before anything of it can run: `node scripts/setup.mjs [demo|build|check|test]`.
//
// Plain JavaScript for the Node.js that the machine has (20 or newer), without dependencies. What is there already is
// looked at, not done again, so that every npm script can begin with it.
import { installTestPackages } from './setup/debian.mjs';
import { installNodePackages } from './setup/node-packages.mjs';
import { installPythonTools } from './setup/python-tools.mjs';
import { SetupProblem } from './setup/say.mjs';

const WANTED = ['demo', 'build', 'check', 'test'];

const purpose = process.argv[2] ?? 'check';
try {
  if (!WANTED.includes(purpose))
    throw new SetupProblem(`"${purpose}": no such purpose. There are: ${WANTED.join(', ')}`);
  await installNodePackages();
  if (purpose === 'demo') await installPythonTools(['demo']);
  if (purpose === 'check' || purpose === 'test') await installPythonTools(['demo', 'check']);
  if (purpose === 'test') await installTestPackages();
} catch (problem) {
  if (!(problem instanceof SetupProblem)) throw problem;
  console.error(`setup: ${problem.message}`);
  process.exitCode = 1;
}
