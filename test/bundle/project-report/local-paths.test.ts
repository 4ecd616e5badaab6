import { expect, test } from 'vitest';
import { localPaths } from '../../../src/bundle/project-report/local-paths.ts';
import { temporaryFolder } from '../../../src/bundle/temporary-folder.ts';
import { problemLine } from '../../../src/config/problem.ts';
import { writeFiles } from '../support/project.ts';

const lines = async (files: Readonly<Record<string, string>>): Promise<string[]> => {
  await using work = await temporaryFolder();
  await writeFiles(work.path, files);
  return (await localPaths(work.path)).map((problem) => problemLine(problem).split('. ')[0] ?? '');
};

test('a lock that takes packages from folders and files of this machine', async () => {
  const lock = `lock-version = "1.0"

[[packages]]
name = "tea"
directory = { path = "../tea", editable = true }

[[packages]]
name = "pot"
version = "1.0"
wheels = [{ url = "file:///home/me/pot-1.0-py3-none-any.whl", hashes = {} }]

[[packages]]
name = "cup"
version = "1.0"
wheels = [{ path = "vendor/cup-1.0-py3-none-any.whl", hashes = {} }]
`;
  expect(await lines({ 'pylock.toml': lock })).toEqual([
    'pylock.toml:4  tea is an editable install of the folder ../tea',
    'pylock.toml:8  pot is taken from file:///home/me/pot-1.0-py3-none-any.whl',
  ]);
});

test('requirements that no other machine can fulfil', async () => {
  expect(await lines({ 'requirements.txt': 'flask\n-e ../tea\n./pot-1.0.tar.gz\ncup @ file:///srv/cup\n' })).toEqual([
    'requirements.txt:2  an editable install of ../tea',
    'requirements.txt:3  ./pot-1.0.tar.gz is taken from this machine',
    'requirements.txt:4  file:///srv/cup is taken from this machine',
  ]);
});

test('nothing there, nothing told; a broken lock is told by those who need it', async () => {
  expect(await lines({})).toEqual([]);
  expect(await lines({ 'pylock.toml': '[[' })).toEqual([]);
});
