import { expect, test } from 'vitest';
import { defaultOf, keyFault, specOf } from '../../src/config/keys.ts';
import { schema } from '../../src/config/schema.ts';
import { valueFault } from '../../src/config/values.ts';

test.each(schema.filter((spec) => spec.default !== undefined).map((spec) => [spec.key, spec] as const))(
  'the default of %s is a value that it takes',
  (_, spec) => {
    expect(valueFault(spec, spec.default ?? '')).toBeUndefined();
  },
);

test('keys are unique, lower case as they are folded, and found by their own name', () => {
  expect(new Set(schema.map(({ key }) => key)).size).toBe(schema.length);
  for (const spec of schema) {
    const key = spec.key.replace('NAME', 'web');
    expect(key).toBe(key.toLowerCase());
    expect(specOf(key)).toBe(spec);
    expect(keyFault(key)).toBeUndefined();
  }
});

test('a process may have any name', () => {
  expect(defaultOf('process.worker-2.count')).toBe('1');
  expect(specOf('process.worker.colour')).toBeUndefined();
});

test.each([
  ['sshd.prot', 'error', 'Did you mean sshd.port?'],
  ['process.web.comand', 'error', 'Did you mean process.web.command?'],
  [
    'process.web.colour',
    'error',
    'Keys are: process.web.command, process.web.count, process.web.listen, process.web.env, process.web.ready, process.web.stop_timeout, process.web.drain, process.web.singleton',
  ],
  ['process.we b.count', 'error', 'Use letters, digits, "_" and "-"'],
  ['health.uri', 'error', 'Did you mean health.url?'],
  ['ssh.port', 'warning', 'Did you mean sshd.port?'],
  ['group', 'warning', 'Did you mean groups?'],
  ['protcted', 'warning', 'Did you mean protected?'],
  ['apps', 'warning', 'Did you mean app?'],
  ['host', 'error', 'Did you mean sshd.host?'],
  ['venv', 'error', 'Give it another name'],
])('%s: %s, %s', (key, level, hint) => {
  expect(keyFault(key)).toMatchObject({ level, hint });
});

test.each(['workers', 'django.settings', 'db.host', 'media_root', 'port', 'color'])(
  "%s is the application's own",
  (key) => {
    expect(keyFault(key)).toBeUndefined();
  },
);
