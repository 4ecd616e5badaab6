import { expect, test } from 'vitest';
import { builderOf } from '../../src/config/builders.ts';
import { checkConfig } from '../../src/config/check.ts';
import { builderNames, nodeNames } from '../../src/config/nodes.ts';
import { problemLine } from '../../src/config/problem.ts';
import { configOf } from './support/config-of.ts';

const told = (text: string): string[] =>
  checkConfig(configOf(text)).map((problem) => `${problem.level === 'warning' ? '~' : ''}${problemLine(problem)}`);

const nodes = '[DEFAULT]\napp = shop\nroot = /srv/${suffix}\nadmin = deploy\n[node a]\nsshd.host = a\nsuffix = x\n';

test('a builder takes what DEFAULT and it itself say of the connection; DEFAULT’s other values are not evaluated', () => {
  const config = configOf(
    `${nodes}[builder arm]\nmachine = arm1\nsshd.host = \${machine}.example.org\nsshd.port = 2222\n`,
  );
  expect(told(`${nodes}[builder arm]\nsshd.host = arm1\n`)).toEqual([]);
  expect([builderNames(config), nodeNames(config)]).toEqual([['arm'], ['a']]);
  expect(builderOf(config, 'arm')).toMatchObject({
    ...{ name: 'arm', gateway: 'ssh', python: 'python3' },
    ssh: { host: 'arm1.example.org', port: 2222, user: 'deploy' },
  });
  expect(builderOf(configOf(`${nodes}[builder b]\ngateway = popen\npython = python3.9\n`), 'b')).toEqual({
    ...{ name: 'b', gateway: 'popen', python: 'python3.9', ssh: undefined, link: { ping: 15, lost: 60 } },
  });
});

test.each([
  ['[builder arm]', 'conc.ini:8  [builder arm]  sshd.host is missing.'],
  ['[builder arm]\nsshd.host = a\nsshd.port = x', 'conc.ini:10  [builder arm]  sshd.port = "x":'],
  ['[builder arm]\nsshd.host = ${nothing}', 'conc.ini:9  [builder arm]  sshd.host: ${nothing} is not a key'],
  ['[builder arm]\nsshd.hots = a\nsshd.host = a', 'conc.ini:9  [builder arm]  sshd.hots: no such key.'],
  ['[builder arm]\nsshd.host = a\nkeep = 3', '~conc.ini:10  [builder arm]  keep: a builder has nothing of the kind.'],
  ['[builder a b]\nsshd.host = a', 'conc.ini:8  [builder a b]  [builder a b] is not of the form [builder NAME].'],
  ['[bulder arm]\nsshd.host = a', '~conc.ini:8  [bulder arm]  [bulder arm] is a plain section'],
])('%s', (extra, line) => {
  const lines = told(`${nodes}${extra}\n`);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.slice(0, line.length)).toBe(line);
});
