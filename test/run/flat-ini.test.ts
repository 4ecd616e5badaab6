import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { flatIni } from '../../src/run/flat-ini.ts';
import { PYTHON } from '../contract/backends.ts';

const READ =
  'import configparser, json, sys\nc = configparser.ConfigParser()\nc.read_string(sys.argv[1])\nprint(json.dumps([c.sections(), dict(c[c.sections()[0]])]))';

describe('the flat ini of a script', () => {
  it("is read back by Python's configparser as it was", async () => {
    const attributes = new Map([
      ['sshd.ip', '10.0.0.1'],
      ['percent', '100% of %(x)s'],
      ['dollar', '${x} $$'],
      ['lines', 'one\ntwo = 2\n[three]\n\nfive'],
      ['empty', ''],
      ['grün', '✓'],
    ]);
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', READ, flatIni('web1', attributes)]);
    expect(JSON.parse(stdout)).toEqual([['web1'], Object.fromEntries(attributes)]);
  });

  it('refuses what it could not give back', () => {
    expect(() => flatIni('web1', new Map([['motd', 'a\n# b']]))).toThrow(/motd .* "# b" would be read as a comment/);
  });
});
