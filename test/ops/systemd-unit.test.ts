import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { systemdUnit } from '../../src/ops/systemd-unit.ts';

const agent = fileURLToPath(new URL('../../agent', import.meta.url));

/** The agent places the units; what a plan says by hand has to name the same. */
const SCRIPT = `import json, sys
from pathlib import Path
from conc_agent.services.systemd_units import instance
print(json.dumps([instance(Path(root), name, number) for root, name, number in json.load(sys.stdin)]))`;

describe('the names of units', () => {
  it('are those that the agent gives them', () => {
    const cases: [string, string, number][] = [
      ['/srv/shop', 'web', 1],
      ['/home/deploy/my-shop', 'web.2', 2],
      ['/srv/tea & café/..x', '_w-1', 12],
      ['/srv/100%', 'web', 3],
    ];
    const input = JSON.stringify(cases);
    const said = execFileSync('python3', ['-c', SCRIPT], { cwd: agent, input, encoding: 'utf8' });
    expect(cases.map((each) => systemdUnit(...each))).toEqual(JSON.parse(said));
    expect(systemdUnit('/srv/my-shop', 'web', 1)).toBe('conc-srv-my\\x2dshop-web@1.service');
  });
});
