import type { Candidate } from './types.ts';

/** How an application is served, and what has to be installed for that besides what is required already. */
export interface Server {
  readonly command: string;
  readonly missing: readonly string[];
}

/**
 * The command takes the listening socket that conc hands over (`LISTEN_FDS`, sd_listen_fds(3): descriptor 3). gunicorn
 * does so by itself; uvicorn and hypercorn are told.
 */
export function serverFor({ kind, target, factory, asgi }: Candidate, required: ReadonlySet<string>): Server {
  if (kind === 'celery') return { command: `celery --app ${target} worker`, missing: [] };
  if (!asgi) {
    return {
      command: `gunicorn ${factory ? `"${target}()"` : target}`,
      missing: required.has('gunicorn') ? [] : ['gunicorn'],
    };
  }
  if (!required.has('uvicorn') && required.has('hypercorn'))
    return { command: `hypercorn --bind fd://3 ${factory ? `"${target}()"` : target}`, missing: [] };
  return {
    command: `uvicorn --fd 3 ${factory ? '--factory ' : ''}${target}`,
    missing: bringsUvicorn.some((name) => required.has(name)) ? [] : ['uvicorn'],
  };
}

const bringsUvicorn = ['uvicorn', 'fastapi[standard]', 'fastapi[all]', 'fastapi-cli'];
