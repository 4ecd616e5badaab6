import { expect, test } from 'vitest';
import { checkConfig } from '../../src/config/check.ts';
import { configOf } from './support/config-of.ts';

const found = (command: string) =>
  checkConfig(
    configOf(`[node here]\napp = shop\ngateway = popen\nroot = ./here\nprocess.web.command = ${command}\n`),
  ).map(({ code, level, source, message }) => [code, level, source.line, message]);

test.each([
  ['python manage.py runserver 0.0.0.0:80', "Django's runserver"],
  ['django-admin runserver', "Django's runserver"],
  ['flask --app shop run', 'flask run'],
  ['python -m flask run --port 80', 'flask run'],
  ['fastapi dev', 'fastapi dev'],
  ['uvicorn shop:app --reload', 'a server with --reload'],
  ['gunicorn --reload shop:app', 'a server with --reload'],
  ['python3 -m http.server', "Python's http.server"],
])('%s is told', (command, what) => {
  const message = `process.web.command starts ${what}, which is made for a developer's desk`;
  expect(found(command)).toEqual([['config.development-server', 'warning', 5, message]]);
});

test.each([
  'gunicorn shop:app',
  'uvicorn --fd 3 shop:app',
  'fastapi run',
  'shop-runserver-watch',
  'celery -A shop worker',
])('%s is not', (command) => {
  expect(found(command)).toEqual([]);
});
