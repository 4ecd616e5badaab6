import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from '../../src/secrets/secret.ts';

it('a secret shows itself nowhere but where it is asked to', () => {
  const secret = new Secret('sesame');
  const held = { secret, list: [secret] };
  const error = new Error(`with ${secret}`, { cause: held });
  const shown = [
    `${secret}`,
    String(secret),
    `${secret}!`,
    JSON.stringify(held),
    inspect(held, { depth: 9, showHidden: true }),
  ];
  expect(shown.concat(inspect(error), Object.values({ ...secret }).join()).join('\n')).not.toContain('sesame');
  expect(JSON.stringify(held)).toBe('{"secret":"***","list":["***"]}');
  expect(secret.reveal()).toBe('sesame');
  expect([secret.equals(new Secret('sesame')), secret.equals(new Secret('Sesame'))]).toEqual([true, false]);
  expect(() => structuredClone(secret).reveal()).toThrow();
});
