import { expect, test } from 'vitest';
import { flask, planFor, textOf } from './support/project.ts';

const built = '[build-system]\nrequires = ["x"]\nbuild-backend = "x"\n';
const inToml = async (text: string): Promise<string> =>
  textOf(await planFor({ 'pyproject.toml': text, 'guestbook/__init__.py': flask }), 'pyproject.toml');

test.each([
  ['an empty array', 'dependencies = []', 'dependencies = ["flask", "gunicorn"]'],
  ['an array on one line', 'dependencies = ["flask"]', 'dependencies = ["flask", "gunicorn"]'],
  [
    'an array of lines, without a comma at its end',
    'dependencies = [\n  "flask[async]>=3", # the ] of a comment\n  \'six\'\n]',
    'dependencies = [\n  "flask[async]>=3", # the ] of a comment\n  \'six\',\n  "gunicorn",\n]',
  ],
  [
    'an array whose last line is a comment',
    'dependencies = [\n    "flask",\n    # that is all\n]',
    'dependencies = [\n    "flask",\n    # that is all\n    "gunicorn",\n]',
  ],
])('%s of [project] gets one more, and all else stays', async (_name, before, after) => {
  const text = (dependencies: string): string =>
    `${built}\n# kept\n[project]\nname = "guestbook"\n${dependencies}\n\n[tool.x]\ndependencies = []\n`;
  expect(await inToml(text(before))).toBe(text(after));
});

test('a [project] without dependencies gets them', async () => {
  const text = `${built}[project]\nname = "guestbook"\nversion = "1"\n`;
  expect(await inToml(text)).toBe(
    `${built}[project]\ndependencies = ["flask", "gunicorn"]\nname = "guestbook"\nversion = "1"\n`,
  );
});

test("Poetry's table gets a row", async () => {
  const text = `${built}[tool.poetry]\nname = "guestbook"\n[tool.poetry.dependencies]\npython = "^3.9"\nflask = "^3"\n`;
  expect(await inToml(text)).toBe(text.replace('dependencies]\n', 'dependencies]\ngunicorn = "*"\n'));
});

test('setup.cfg gets a line', async () => {
  const cfg =
    '[metadata]\nname = guestbook\n\n[options]\ninstall_requires =\n    flask\n    six\n\n[options.extras_require]\n';
  const plan = await planFor({
    'setup.cfg': cfg,
    'setup.py': 'from setuptools import setup\nsetup()\n',
    'guestbook/__init__.py': flask,
  });
  expect(textOf(plan, 'setup.cfg')).toBe(cfg.replace('    six\n', '    six\n    gunicorn\n'));
});

test('what only a backend knows is not written by a program: said before anything is', async () => {
  const setup = 'from setuptools import setup\nsetup(name="guestbook", install_requires=["flask"])\n';
  await expect(planFor({ 'setup.py': setup, 'guestbook/__init__.py': flask })).rejects.toMatchObject({
    code: 'init.requirements',
    message: expect.stringContaining("can't be written into setup.py"),
    state: 'Nothing was changed',
    exit: 2,
  });
});

test('modules get a pyproject.toml that reads their plain requirements.txt, with what lies beside them', async () => {
  const plan = await planFor({
    'requirements.txt': 'flask',
    'app.py': flask,
    'models.py': '',
    'setup_db/__init__.py': '',
    'templates/front.html': '',
    'static/css/site.css': '',
    'node_modules/x/y.py': '',
  });
  expect(textOf(plan, 'requirements.txt')).toBe('flask\ngunicorn\n');
  expect(textOf(plan, 'pyproject.toml')).toBe(`# Added by conc init: how this project becomes a wheel.
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "guestbook"
version = "0.1.0"
dynamic = ["dependencies"]

[tool.setuptools]
py-modules = ["app", "models"]

[tool.setuptools.packages.find]
where = ["."]
include = ["guestbook_devops", "guestbook_devops.*", "setup_db", "setup_db.*", "static", "static.*", "templates", "templates.*"]

[tool.setuptools.package-data]
"*" = ["**/*"]

[tool.setuptools.dynamic]
dependencies = { file = ["requirements.txt"] }
`);
});

test('a requirements.txt with options, which setuptools does not read, is written out', async () => {
  const plan = await planFor({
    'requirements.txt': '-r base.txt\n--index-url https://example.org/simple\nsix==1.17.0 \\\n    --hash=sha256:00\n',
    'base.txt': 'flask  # the site\n',
    'app.py': flask,
  });
  expect(textOf(plan, 'pyproject.toml')).toContain(
    'dependencies = [\n    "flask",\n    "six==1.17.0",\n    "gunicorn",\n]\n',
  );
});

test('a pyproject.toml that only has settings is added to, at its end', async () => {
  const text = '[tool.ruff]\nline-length = 100\n';
  const plan = await planFor({ 'pyproject.toml': text, 'requirements.txt': 'flask\ngunicorn\n', 'app.py': flask });
  expect(textOf(plan, 'pyproject.toml').startsWith(`${text}\n# Added by conc init`)).toBe(true);
  expect(plan.changes.find(({ path }) => path === 'pyproject.toml')).toMatchObject({ kind: 'changed', before: text });
});

test('a [project] that nothing builds gets requirements and a build system in one change', async () => {
  const text = '[project]\nname = "guestbook"\nversion = "1"\ndependencies = ["flask"]\n';
  const plan = await planFor({ 'pyproject.toml': text, 'app.py': flask });
  const [change, ...more] = plan.changes.filter(({ path }) => path === 'pyproject.toml');
  expect(more).toEqual([]);
  expect(change).toMatchObject({ kind: 'changed', before: text });
  expect(change?.text).toContain('dependencies = ["flask", "gunicorn"]\n\n# Added by conc init');
  expect(change?.text.match(/\[project\]/g)).toHaveLength(1);
});
