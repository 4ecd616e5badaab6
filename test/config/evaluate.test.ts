import { expect, test } from 'vitest';
import { deriveAttributes, evaluate, evaluateKey } from '../../src/config/evaluate.ts';
import { settingsOf } from '../../src/config/settings.ts';
import { configOf, refusal } from './support/config-of.ts';

const text = `[DEFAULT]
app = shop
root = /srv/\${app}
size = small

[paths]
base = /data/\${size}

[group web]
size = large
workers = 4
here = \${paths:base} \${group big:size}

[group big]
size = huge
root = \${paths:base}/\${app}

[node web1]
groups = web, big
sshd.host = web1
app = shop-\${size}

[node web2]
groups =
  big
  web
bad = \${wrokers}

[node plain]
self = \${node web1:app} $$5
`;

const values = (node: string) =>
  Object.fromEntries([...evaluate(configOf(text), node).attributes.values()].map(({ key, value }) => [key, value]));

test('DEFAULT, then groups in the order listed, then its own keys; substituted on the merged result', () => {
  expect(values('web1')).toEqual({
    app: 'shop-huge',
    root: '/data/small/shop-huge',
    size: 'huge',
    workers: '4',
    here: '/data/small huge',
    groups: 'web, big',
    'sshd.host': 'web1',
  });
});

test('another section is evaluated as it would be alone', () => {
  expect(values('plain')).toEqual({ app: 'shop', root: '/srv/shop', size: 'small', self: 'shop-small $5' });
});

test('attributes stand in the order of first appearance, each with its raw value and its place', () => {
  const { attributes } = evaluate(configOf(text), 'web1');
  expect([...attributes.keys()]).toEqual(['app', 'root', 'size', 'workers', 'here', 'groups', 'sshd.host']);
  expect(attributes.get('root')).toEqual({
    key: 'root',
    value: '/data/small/shop-huge',
    raw: `\${paths:base}/\${app}`,
    source: { file: 'conc.ini', line: 16, section: 'group big' },
  });
  expect(attributes.get('size')?.source).toEqual({ file: 'conc.ini', line: 15, section: 'group big' });
});

test('a node fails for what it evaluates, with the place and the likely name', () => {
  const config = configOf(text);
  expect(refusal(() => evaluate(config, 'web2'))).toEqual({
    code: 'config.substitution-missing',
    exit: 2,
    lines: [`conc.ini:27  [node web2]  bad: \${wrokers} is not a key`],
    hint: `Did you mean \${workers}?`,
  });
  expect(evaluateKey(config, 'web2', 'workers')).toBe('4');
  expect(evaluateKey(config, 'web2', 'nothing')).toBeUndefined();
});

test.each([
  [
    'a = ${b}\nb = ${a}',
    'config.substitution-depth',
    'a: values lead to one another in a ring, or over more than 10 steps',
  ],
  ['a = x\n  ${', 'config.substitution-syntax', 'a: "${" is not closed, or empty'],
  ['a = 5 $', 'config.substitution-syntax', 'a: "$": a $ is followed by neither $ nor {'],
  ['a = ${x:y:z}', 'config.substitution-syntax', 'a: ${x:y:z} has more than one colon'],
  ['a = ${paths:y}', 'config.substitution-missing', 'a: ${paths:y}: there is no section [paths]'],
  ['a = ${path:y}\n[path]\nx = 1', 'config.substitution-missing', 'a: ${path:y} is not a key of [path]'],
])('%s', (keys, code, message) => {
  const found = refusal(() => evaluate(configOf(`[node n]\n${keys}\n`), 'n'));
  expect(found.code).toBe(code);
  expect(found.lines[0]).toContain(message);
});

test('a fault in a value of several lines is told at its own line', () => {
  expect(refusal(() => evaluate(configOf('[node n]\na = x\n  # note\n  $y\n'), 'n')).lines[0]).toMatch(/^conc\.ini:4 /);
});

test('values that multiply end with an error, not with all memory', () => {
  const lines = Array.from({ length: 9 }, (_, index) => `k${index} = ${`\${k${index + 1}}`.repeat(50)}`);
  const { code } = refusal(() => evaluate(configOf(`[node n]\n${lines.join('\n')}\nk9 = ${'x'.repeat(50)}\n`), 'n'));
  expect(code).toBe('config.value-too-long');
});

test.each([
  ['groups = wbe', 'config.unknown-group', 'groups names "wbe": no such group', 'Groups are: web, big'],
  ['groups = web big', 'config.unknown-group', 'groups names "web big": no such group', 'Write groups = web, big'],
  ['groups = web, big, web', 'config.group-twice', 'groups names "web" twice', 'Name it once: the order counts'],
])('%s', (groups, code, message, hint) => {
  const config = configOf(`[group web]\n[group big]\n[node n]\n${groups}\n`);
  expect(refusal(() => evaluate(config, 'n'))).toEqual({
    code,
    exit: 2,
    lines: [`conc.ini:4  [node n]  ${message}`],
    hint,
  });
});

test('groups do not nest', () => {
  const config = configOf('[group web]\ngroups = big\n[group big]\n[node n]\ngroups = web\n');
  expect(refusal(() => evaluate(config, 'n'))).toMatchObject({
    code: 'config.nested-groups',
    lines: ["conc.ini:2  [group web]  groups: a group can't take groups"],
  });
});

test("groups are DEFAULT's where a node has none, and an empty list takes none", () => {
  const config = configOf('[DEFAULT]\ngroups = web\n[group web]\nx = 1\n[node a]\n[node b]\ngroups =\n');
  expect(evaluate(config, 'a').attributes.get('x')?.value).toBe('1');
  expect(evaluate(config, 'b').attributes.has('x')).toBe(false);
});

test('ops get name, host and venv besides', () => {
  const config = configOf('[node a]\napp = shop\nroot = /srv/shop\nsshd.host = a.example.org\n');
  expect(deriveAttributes(evaluate(config, 'a'), settingsOf(config, 'a'), 'r1-00000000')).toEqual({
    app: 'shop',
    root: '/srv/shop',
    'sshd.host': 'a.example.org',
    name: 'a',
    host: 'a.example.org',
    venv: '/srv/shop/releases/r1-00000000/venv',
  });
});
