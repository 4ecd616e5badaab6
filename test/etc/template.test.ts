import { describe, expect, it } from 'vitest';
import { asText, fill } from '../../src/etc/template.ts';

const values = { port: '8080', 'server.name': 'a.example', lines: 'one\ntwo', 'sudo.password.command': 'pass show x' };

describe('fill', () => {
  it.each([
    ['listen @{port};', 'listen 8080;'],
    ['@{ Server.Name }', 'a.example'],
    ['@@{port} and @@@{port}', '@{port} and @@{port}'],
    ['$host ${port} @port foo@.service {@}', '$host ${port} @port foo@.service {@}'],
    ['@{lines}\n', 'one\ntwo\n'],
  ])('%j is %j', (template, text) => {
    expect(fill(template, values)).toEqual({ text, missing: [], secretLines: [] });
  });

  it('names what is missing by its line in the template', () => {
    expect(fill('@{lines}\n\n@{prot}\n@{open', values).missing).toEqual([
      { key: 'prot', line: 3 },
      { key: '@{open', line: 4 },
    ]);
  });

  it('says in which lines of the text a secret stands', () => {
    expect(fill('@{lines}\n@{port}\nkey = @{sudo.password.command}\n', values).secretLines).toEqual([4]);
  });
});

describe('asText', () => {
  it('takes UTF-8 without NUL, with its byte order mark', () => {
    expect(asText(Buffer.from('\uFEFFé'))).toBe('\uFEFFé');
    expect(asText(Buffer.from([0xff, 0xfe]))).toBe(null);
    expect(asText(Buffer.from('a\0b'))).toBe(null);
  });
});
