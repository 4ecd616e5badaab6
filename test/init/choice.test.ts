import { expect, test } from 'vitest';
import { flask, planFor, served, textOf } from './support/project.ts';

const pyproject = (more: string): string =>
  `[project]\nname = "guestbook"\nversion = "1"\n${more}\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n`;

test('a web application and a Celery application are both served', async () => {
  const plan = await planFor({
    'requirements.txt': 'flask\ncelery\ngunicorn\n',
    'guestbook/__init__.py': '',
    'guestbook/web.py': flask,
    'guestbook/tasks.py': 'from celery import Celery\nqueue = Celery("x", broker="memory://")\n',
  });
  expect(plan.decided).toBe(true);
  expect(served(plan)).toEqual([
    'service = supervisord',
    '# a Flask application, guestbook.web:app (guestbook/web.py:2)',
    'process.web.command = gunicorn guestbook.web:app',
    'process.web.listen = 127.0.0.1:8000',
    '# a Celery application, guestbook.tasks:queue (guestbook/tasks.py:2)',
    'process.worker.command = celery --app guestbook.tasks:queue worker',
    'process.worker.drain = yes',
    'process.worker.stop_timeout = 600',
    '# Where it has a schedule, one clock for all nodes:',
    '# process.beat.command = celery --app guestbook.tasks:queue beat --schedule ../../shared/celerybeat-schedule',
    '# process.beat.singleton = yes',
    'health.url = /',
  ]);
});

test('of several, each is a commented line, and nothing is added to requirements', async () => {
  const plan = await planFor({ 'requirements.txt': 'flask\n', 'shop.py': flask, 'admin.py': flask });
  expect(plan.decided).toBe(false);
  expect(plan.found).toEqual([]);
  expect(plan.warnings).toEqual([
    'There is more than one to choose from: a Flask application, admin:app (admin.py:2); a Flask application, shop:app (shop.py:2)',
  ]);
  expect(served(plan)).toEqual([
    'service = none',
    '',
    '# There are several of these. Take the "# " away before the one that is to be served, and write',
    '# service = supervisord above.',
    '# a Flask application, admin:app (admin.py:2)',
    '# process.web.command = gunicorn admin:app',
    '# process.web.listen = 127.0.0.1:8000',
    '# a Flask application, shop:app (shop.py:2)',
    '# process.web.command = gunicorn shop:app',
    '# process.web.listen = 127.0.0.1:8000',
  ]);
  expect(plan.changes.map(({ path }) => path)).not.toContain('requirements.txt');
});

test('a console script is a daemon where there is nothing else; of several somebody chooses', async () => {
  const one = await planFor({
    'pyproject.toml': pyproject('[project.scripts]\n"Guest.Watch" = "guestbook:main"\n'),
    'guestbook/__init__.py': 'def main(): ...\n',
  });
  expect(served(one)).toEqual([
    'service = supervisord',
    '# a console script, Guest.Watch (pyproject.toml, [project.scripts])',
    'process.guest-watch.command = Guest.Watch',
  ]);
  const two = await planFor({
    'pyproject.toml': pyproject('[project.scripts]\na = "guestbook:main"\nb = "guestbook:main"\n'),
    'guestbook/__init__.py': 'def main(): ...\n',
  });
  expect(two.decided).toBe(false);
});

test('where nothing can be started, conc.ini says where to write it', async () => {
  const plan = await planFor({ 'guestbook.py': 'x = 1\n' });
  expect(plan.decided).toBe(false);
  expect(plan.warnings[0]).toContain('Nothing was found');
  expect(served(plan)[0]).toBe('service = none');
});

test('tests, documentation and examples are not the application', async () => {
  const plan = await planFor({
    'requirements.txt': 'flask\n',
    'app.py': flask,
    'tests/test_app.py': flask,
    'docs/conf.py': flask,
    'examples/other.py': flask,
    'conftest.py': flask,
  });
  expect(plan.found).toEqual(['a Flask application, app:app (app.py:2)']);
});

test('a server that is there already is taken', async () => {
  const fastapi = 'from fastapi import FastAPI\napp = FastAPI()\n';
  const commands = async (requirement: string): Promise<string[]> => {
    const plan = await planFor({ 'requirements.txt': `${requirement}\n`, 'app.py': fastapi });
    const added = plan.changes.find(({ path }) => path === 'requirements.txt')?.why ?? 'nothing added';
    return [served(plan)[2] ?? '', added];
  };
  expect(await commands('fastapi')).toEqual([
    'process.web.command = uvicorn --fd 3 app:app',
    '+ uvicorn: needed to serve it, and not named before',
  ]);
  expect(await commands('fastapi[standard]>=0.1')).toEqual([
    'process.web.command = uvicorn --fd 3 app:app',
    'nothing added',
  ]);
  expect(await commands('fastapi\nhypercorn')).toEqual([
    'process.web.command = hypercorn --bind fd://3 app:app',
    'nothing added',
  ]);
});

test('the page that is made for it says whether all is well', async () => {
  const app = (routes: readonly string[]): string =>
    `from flask import Flask\napp = Flask("x")\n${routes.map((route, at) => `@app.get("${route}")\ndef f${at}(): ...\n`).join('')}`;
  const asked = async (routes: readonly string[]): Promise<string | undefined> =>
    served(await planFor({ 'app.py': app(routes) })).at(-1);
  expect(await asked(['/', '/healthz'])).toBe('health.url = /healthz');
  expect(await asked(['/about', '/'])).toBe('health.url = /');
  expect(await asked(['/about'])).toBe('health.url = /about');
  expect(await asked([])).toBe('# health.url = /healthz');
});

test("what Django's settings say against serving is told with its line", async () => {
  const plan = await planFor({
    'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")\n',
    'site1/__init__.py': '',
    'site1/settings.py':
      'DEBUG = False\nALLOWED_HOSTS = ["shop.example.org"]\nWSGI_APPLICATION = "site1.wsgi.application"\nINSTALLED_APPS = ["django.contrib.staticfiles"]\n',
    'site1/wsgi.py': '',
  });
  expect(plan.warnings).toEqual([
    'site1/settings.py:2 ALLOWED_HOSTS has no 127.0.0.1: Django answers 400 to the health check on this machine. Add "127.0.0.1"',
    expect.stringMatching(/^site1\/settings\.py:4 nothing serves the static files: .* Require whitenoise, /),
  ]);
});

test('in a repository what was written is to be committed, once it serves', async () => {
  const files = { 'app.py': flask };
  const next = ['conc lock', 'conc build', 'conc deploy here'];
  expect(await planFor(files)).toMatchObject({ next, afterwards: [] });
  const plan = await planFor(files, true);
  expect(plan).toMatchObject({ next, afterwards: ['git add --all', 'git commit --message "conc: a first node"'] });
  expect(textOf(plan, '.gitignore')).toBe('/.conc/\n');
});
