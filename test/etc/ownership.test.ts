import { describe, expect, it } from 'vitest';
import { ownershipOf, parseOwnership } from '../../src/etc/ownership.ts';

const rows = (text: string) => parseOwnership('etc', text).rows;

describe('.ownership', () => {
  it.each([
    ['0640 root www-data nginx/**', 'nginx/sites/a', ['0640', 'root', 'www-data']],
    ['640 - - nginx/*', 'nginx/a', ['0640', null, null]],
    ['640 - - nginx/*', 'nginx/sites/a', [null, null, null]],
    ['640 - - **/secret.conf', 'secret.conf', ['0640', null, null]],
    ['640 - - **/secret.conf', 'a/b/secret.conf', ['0640', null, null]],
    ['640 - - a?c', 'a.c', ['0640', null, null]],
    ['640 - - a.c', 'abc', [null, null, null]],
    ['# all\n600 root - **\n\n- - adm a/*', 'a/b', ['0600', 'root', 'adm']],
  ])('%j of %s', (text, path, [mode, owner, group]) => {
    expect(ownershipOf(path, rows(text))).toEqual({ mode, owner, group });
  });

  it.each([
    ['0640 root www-data', 'a line is MODE OWNER GROUP PATTERN'],
    ['4755 root root a', '4755 is no mode'],
    ['rw root root a', 'rw is no mode'],
    ['0644 ro:ot root a', 'ro:ot is no name'],
    ['0644 root root /etc/a', 'without a slash before them'],
  ])('%j is a fault of its line', (text, message) => {
    const { faults } = parseOwnership('etc', `# first\n${text}`);
    expect(faults).toEqual([{ line: 2, message: expect.stringContaining(message) }]);
  });
});
