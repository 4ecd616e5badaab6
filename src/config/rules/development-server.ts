import { processName } from '../keys.ts';
import type { Problem } from '../types.ts';
import type { NodeView } from './view.ts';

/** A server for one developer's desk as a process of a node: it reloads, shows its insides, and serves one at a time. */
export function developmentServerProblems({ attributes, problem }: NodeView): Problem[] {
  return [...attributes.values()].flatMap((attribute) => {
    if (processName(attribute.key) === undefined || !attribute.key.endsWith('.command')) return [];
    const found = servers.find(({ pattern }) => pattern.test(attribute.value));
    if (found === undefined) return [];
    const message = `${attribute.key} starts ${found.what}, which is made for a developer's desk`;
    return [{ ...problem('config.development-server', attribute, message, found.hint), level: 'warning' as const }];
  });
}

const wsgi = 'Serve it with gunicorn: gunicorn PACKAGE.MODULE:APPLICATION';
const asgi = 'Serve it with uvicorn: uvicorn --fd 3 PACKAGE.MODULE:APPLICATION';
const reload = 'Leave the option away: a release never changes while it serves';

const servers = [
  {
    pattern: /\b(?:manage\.py|manage|django-admin|django)\s+runserver(?:_plus)?\b/,
    what: "Django's runserver",
    hint: wsgi,
  },
  { pattern: /\bflask\b.*\srun\b/, what: 'flask run', hint: wsgi },
  { pattern: /\bquart\b.*\srun\b/, what: 'quart run', hint: asgi },
  { pattern: /\bfastapi\s+dev\b/, what: 'fastapi dev', hint: asgi },
  {
    pattern: /\b(?:uvicorn|hypercorn|gunicorn|granian|daphne)\b.*\s--reload\b/,
    what: 'a server with --reload',
    hint: reload,
  },
  { pattern: /-m\s+http\.server\b/, what: "Python's http.server", hint: 'Serve files with a web server: nginx' },
  { pattern: /-m\s+(?:wsgiref\.simple_server|werkzeug\.serving)\b/, what: 'a development server', hint: wsgi },
];
