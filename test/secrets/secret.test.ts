import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from '../../src/secrets/secret.ts';

it('a secret shows itself nowhere but where it is asked to', () => {
  const secret = new Secret('sesame');
  const held = { secret, list: [secret] };
  const error = new Error(`with ${String(secret)}`, { cause: held });
  const shown = [secret.toString(), 'with '.concat(String(secret)), JSON.stringify(held), Object.values(secret).join()];
  const inspected = [inspect(held, { depth: 9, showHidden: true }), inspect(error), error.message];
  expect([...shown, ...inspected].join('\n')).not.toContain('sesame');
  expect(JSON.stringify(held)).toBe('{"secret":"***","list":["***"]}');
  expect(secret.reveal()).toBe('sesame');
  expect([secret.equals(new Secret('sesame')), secret.equals(new Secret('Sesame'))]).toEqual([true, false]);
});
