import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check.ts';
import { isSecret, shownValue } from '../../src/config/secret.ts';
import { configOf } from './support/config-of.ts';

describe('keys whose value is not shown', () => {
  it.each([
    ...['db.password', 'secret', 'django.secret_key', 'stripe_api_key', 'API.TOKEN', 'dbpassword', 'sentry.dsn'],
    ...['aws.secret-access-key', 'smtp.passwd', 'sudo.password.command'],
  ])('%s', (key) => expect([isSecret(key), shownValue(key, 'x')]).toEqual([true, '***']));

  it.each([
    ...[
      'workers',
      'password_file',
      'tokens',
      'secretary',
      'op_key',
      'sshd.key',
      'allow.secrets',
      'cache.key',
      'passwords.url',
    ],
  ])('but not %s', (key) => expect([isSecret(key), shownValue(key, 'x')]).toEqual([false, 'x']));

  it('and variables of a process, each for itself', () => {
    const env = 'A=1\nAPI_TOKEN=t=1\nEMPTY_SECRET=\n  DB_PASSWORD=p';
    expect(shownValue('process.web.env', env)).toBe('A=1\nAPI_TOKEN=***\nEMPTY_SECRET=\n  DB_PASSWORD=***');
  });
});

describe('a secret in conc.ini', () => {
  it('is warned of where it stands, with what to do, and without its value', () => {
    const config = configOf(`[DEFAULT]
app = shop
db.password = canary
process.web.command = x
process.web.env = A=1
  API_TOKEN=canary
[node here]
gateway = popen
root = ./here
mail.token =
`);
    const found = checkConfig(config).filter(({ code }) => code === 'config.secret');
    expect(found.map(({ level, source, message, hint }) => [level, source.line, message, hint])).toEqual([
      [
        'warning',
        3,
        'db.password looks like a secret, and whoever has this file has it',
        'Let the application read a variable, and: conc env set NODE DB_PASSWORD',
      ],
      [
        'warning',
        5,
        'process.web.env: API_TOKEN looks like a secret, and whoever has this file has it',
        'Take it out, and: conc env set NODE API_TOKEN',
      ],
    ]);
  });
});
