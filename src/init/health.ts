import type { Candidate } from './types.ts';

const aboutHealth = /^\/(healthz?|health[-_]?check|livez|readyz|ping|up|_health)\/?$/;

/** The page that says whether an application is well: one made for that, else its front page, else any that is there. null: none is known. */
export function healthUrl({ kind, routes }: Candidate): string | null {
  const own = routes.find((path) => aboutHealth.test(path));
  const front = routes.includes('/') ? '/' : undefined;
  const described = kind === 'fastapi' ? '/openapi.json' : undefined;
  return own ?? front ?? described ?? routes[0] ?? null;
}
