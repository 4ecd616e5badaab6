import { generateKeyPairSync } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../../src/bundle/temporary-folder.ts';
import { conc, type Run } from '../../support/conc.ts';
import { commitAll, concIni, git, writeFiles } from '../support/project.ts';

const minute = 60_000;
const problemsSchema = z.array(z.looseObject({ code: z.string(), message: z.string() }));
const key = generateKeyPairSync('ed25519', {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

let work: Awaited<ReturnType<typeof temporaryFolder>>;
const run = (...args: string[]): Promise<Run> => conc(args, { cwd: work.path });

/** A project whose packaging was not thought through. */
beforeAll(async () => {
  work = await temporaryFolder();
  await writeFiles(work.path, {
    'conc.ini': concIni,
    'pyproject.toml':
      '[project]\nname = "shop"\nversion = "1.0"\noptional-dependencies = { mail = [] }\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\npackages = ["shop", "shop.tests"]\npackage-data = { shop = ["*.pem", ".env"] }\n',
    'shop/__init__.py': '',
    'shop/tests/__init__.py': '',
    'shop/front.html': '',
    'shop/.env': 'PASSWORD=x\n',
    'shop/server.pem': key,
  });
  await commitAll(work.path);
  const { code, stderr } = await run('lock');
  if (code !== 0) throw new Error(stderr);
  await commitAll(work.path);
});
afterAll(() => work[Symbol.asyncDispose]());

test(
  'a secret in the wheel fails the build, each named; nothing is written',
  async () => {
    const { code, stderr } = await run('build', '--quiet');
    expect(code).toBe(2);
    expect(stderr).toContain("2 files that hold secrets are in the application's wheel");
    expect(stderr).toMatch(/\| shop\/\.env {2}an environment file is in shop-1\.0-py3-none-any\.whl/);
    expect(stderr).toMatch(/\| shop\/server\.pem {2}a private key is in shop-1\.0/);
    expect(stderr).toContain('No bundle was written');
    expect(await readdir(join(work.path, '.conc/bundles')).catch(() => [])).toEqual([]);
  },
  minute,
);

test('what is allowed by name is built; what else is amiss is a warning, of check too', async () => {
  await rm(join(work.path, 'shop/.env'));
  await git(work.path, 'commit', '--quiet', '--all', '--message', 'No .env');
  await writeFiles(work.path, {
    'conc.ini': concIni.replace('app = shop', 'app = shop\nallow.secrets = shop/server.pem'),
  });
  const built = await run('build', '--json');
  expect(built).toMatchObject({ code: 0 });
  const warnings = [
    { code: 'project.left-out', source: { file: 'shop' } },
    { code: 'project.tests-in-wheel', source: { file: 'shop/tests/' } },
  ];
  expect(JSON.parse(built.stdout)).toMatchObject({ warnings });
  expect((await run('build', '--quiet')).stderr).toMatch(
    /^Warning: shop {2}a file of the package is not in \S+: front\.html\. .*\nWarning: shop\/tests\/ {2}a file of tests in /,
  );
  const checked = await run('check');
  expect(checked.code).toBe(0);
  expect(checked.stdout).toMatch(
    /^shop {2}a file of the package is not in .* \(warning\)\nshop\/tests\/ {2}a file of tests.* \(warning\)\n2 warnings\n$/,
  );
});

test('a bundle goes to the nodes of any config, but not where it says another thing of the lock', async () => {
  const written = concIni.replace('app = shop', 'app = shop\nallow.secrets = shop/server.pem');
  await writeFiles(work.path, { 'staging.ini': written.replace('node here', 'node there') });
  const built = await run('build', '--quiet', '--config', 'staging.ini');
  expect(built).toMatchObject({ code: 0 });
  for (const [config, node] of [
    ['staging.ini', 'there'],
    ['conc.ini', 'here'],
  ] as const)
    expect(await run('plan', node, '--config', config)).toMatchObject({ code: 0, stderr: '' });
  await writeFiles(work.path, { 'conc.ini': written.replace('app = shop', 'app = shop\nlock.extras = mail') });
  const stale = await run('deploy', 'here');
  expect(stale.code).toBe(2);
  expect(stale.stderr).toMatch(/built from something else .* The lock is stale: requirements or targets changed/);
  expect(stale.stderr).toContain('Lock and build what is here: conc lock && conc build');
  await writeFiles(work.path, { 'conc.ini': written, 'shop/__init__.py': 'x = 1\n' });
  expect((await run('deploy', 'here')).stderr).toMatch(/something else than what is here now\n.*conc build\. Or/);
  await writeFiles(work.path, { 'shop/__init__.py': '' });
});

test(
  'tests that are meant to be in it are no warning; a stale bundle tells nothing',
  async () => {
    const allowed = 'app = shop\nallow.secrets = shop/server.pem\nallow.tests = shop/tests/';
    await writeFiles(work.path, { 'conc.ini': concIni.replace('app = shop', allowed) });
    expect((await run('check')).stdout).toMatch(/^shop {2}a file .*\n1 warning\n$/);
    await writeFiles(work.path, { 'shop/more.py': '', 'requirements.txt': '-e ../tea\n' });
    expect((await run('check')).stdout).toMatch(
      /^requirements\.txt:1 {2}an editable install of \.\.\/tea\. .*\n1 warning\n$/,
    );
  },
  minute,
);

test(
  'development servers and paths of this machine are told by build as by check',
  async () => {
    const more =
      'app = shop\nprocess.web.command = flask run\nallow.secrets = shop/server.pem\nallow.tests = shop/tests/';
    await writeFiles(work.path, {
      'conc.ini': concIni.replace('app = shop', more),
      'requirements.txt': '-e ../tea\n',
    });
    const built = await run('build', '--dirty', '--json');
    expect(built).toMatchObject({ code: 0 });
    const checked = await run('check', '--json');
    const told = (problems: unknown): unknown[] =>
      problemsSchema.parse(problems).map((each) => [each.code, each.message]);
    const warnings = told(JSON.parse(built.stdout).warnings);
    expect(warnings).toEqual([
      ['config.development-server', expect.stringContaining('process.web.command starts flask run')],
      ['project.local-path', expect.stringContaining('an editable install of ../tea')],
      ['project.left-out', expect.anything()],
    ]);
    expect(told(JSON.parse(checked.stdout).problems)).toEqual(warnings);
  },
  minute,
);
