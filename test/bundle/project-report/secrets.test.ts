import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { secretName, secretsInside } from '../../../src/bundle/project-report/secrets.ts';
import { temporaryFolder } from '../../../src/bundle/temporary-folder.ts';
import { openArchive } from '../../../src/bundle/wheel/archive.ts';
import { keyPair } from '../../support/sshd.ts';
import { writeZip } from '../support/wheel.ts';

test.each([
  ['shop/.env', 'an environment file'],
  ['shop/.env.production', 'an environment file'],
  ['shop/.env.example', null],
  ['.netrc', 'a file of passwords'],
  ['shop/keys/id_ed25519', 'a private key'],
  ['shop/keys/id_ed25519.pub', null],
  ['shop/environment.py', null],
])('%s by its name: %s', (path, what) => {
  expect(secretName(path)).toBe(what);
});

test('private keys are found by what is in the file; programs that speak of them are none', async () => {
  await using work = await temporaryFolder();
  const file = join(work.path, 'shop.whl');
  await keyPair(join(work.path, 'key'));
  const openssh = await readFile(join(work.path, 'key'), 'utf8');
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeZip(file, [
    { name: 'shop/openssh.txt', text: openssh },
    { name: 'shop/settings.py', text: `KEY = """\n${privateKey}"""\n` },
    { name: 'shop/demo/server.pem', text: privateKey },
    { name: 'shop/public.pem', text: publicKey },
    { name: 'shop/check.py', text: 'if text.startswith("-----BEGIN PRIVATE KEY-----"):\n    raise ValueError\n' },
  ]);
  await using archive = await openArchive(file, 'shop.whl');
  const problems = await secretsInside(archive, 'shop.whl', ['shop/demo/']);
  expect(problems.map(({ source, level, message }) => [source.file, level, message.split(' is in ')[0]])).toEqual([
    ['shop/openssh.txt', 'error', 'a private key'],
    ['shop/settings.py', 'error', 'a private key'],
  ]);
});
