import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOutcome } from '../../scripts/test/python-tests.ts';
import { run } from '../package/run.ts';
import { sdists } from '../support/sdists.ts';

// The ops of the article that concops exports, in its own order, over a real sshd and sshfs: Python's unittest.

const here = import.meta.dirname;

describe.runIf(existsSync('/dev/fuse') && existsSync('/usr/bin/sshfs'))('the ops of the article', () => {
  it('deliver setuptools, pip and a pure package as the article does', async () => {
    const [vendored = ''] = await sdists(join(here, 'vendor.txt'));
    // unittest speaks on stderr.
    const program = 'import sys, unittest; sys.stderr = sys.stdout; unittest.main("test_ops")';
    const said = await run(['/usr/bin/python3', '-B', '-c', program], {
      PYTHONPATH: [here, join(here, '..', '..', 'concops')].join(delimiter),
      SDISTS: dirname(vendored),
    });
    expect(readOutcome(said, 0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });
});
