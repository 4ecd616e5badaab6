import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { initScript } from '../../src/ops/init-script.ts';

const agent = fileURLToPath(new URL('../../agent', import.meta.url));

const SCRIPT = `import json, sys
from pathlib import Path
from conc_agent.services.initscripts import FOLDER, name
print(json.dumps([str(FOLDER / name(Path(root), process)) for root, process in json.load(sys.stdin)]))`;

it('a script has the name that the agent gives it', () => {
  const cases: [string, string][] = [
    ['/srv/shop', 'web'],
    ['/home/deploy/my-shop', 'web.2'],
    ['/srv/tea & café', '_w-1'],
  ];
  const said = execFileSync('python3', ['-c', SCRIPT], { cwd: agent, input: JSON.stringify(cases), encoding: 'utf8' });
  expect(cases.map((each) => initScript(...each))).toEqual(JSON.parse(said));
});
