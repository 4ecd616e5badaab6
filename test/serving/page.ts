import type { Served } from './changes.ts';
import { problemsOf } from './changes.ts';
import type { Seen } from './traffic.ts';

/** docs/no-failed-request.md, from a run. `software` says of each server what answered. */
export function renderPage(served: readonly Served[], software: ReadonlyMap<string, string>, machine: string): string {
  const problems = served.flatMap(problemsOf);
  const sum = (of: (seen: Seen) => number): number =>
    served.flatMap(({ seen }) => Object.values(seen)).reduce((total, seen) => total + of(seen), 0);
  return [
    '# No failed request',
    '',
    'Made by `npm run serving`, which does all of this on booted machines. Not edited by hand.',
    '',
    `**${sum(({ answered }) => answered)} requests answered, ${sum(({ failed }) => failed.length)} failed.** ${machine}`,
    '',
    'The courier (`examples/courier`: Django, gunicorn in two processes, celery, redis, nginx) is deployed again and again, each time another release, and rolled',
    'back in between, while twelve clients ask without a pause: directly at the listening socket and through nginx, with a connection for each request and with',
    'one that is kept, for answers that take 1.5 s, and with bodies that take 1.5 s to arrive. A failed request is one that was not answered with 200; none is tried again.',
    'In one deploy of five the site of nginx changes as well. nginx, which is reloaded then, closes connections that are kept and idle; a client that meets this opens another one',
    '(RFC 9112, 9.3.1), which is counted as reopened.',
    '',
    '| server | software | changes | median of a change | slowest change |',
    '| --- | --- | --- | ---: | ---: |',
    ...served.map((one) => changesRow(one, software.get(one.server) ?? '')),
    '',
    '| server | clients | answered | failed | reopened | slowest | releases that answered |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
    ...served.flatMap(({ server, seen }) => Object.entries(seen).map(([name, one]) => clientsRow(server, name, one))),
    '',
    ...(problems.length === 0 ? [] : ['## What failed', '', ...problems.map((line) => `- ${line}`), '']),
  ].join('\n');
}

const changesRow = ({ server, deploys, rollbacks, seconds }: Served, software: string): string => {
  const sorted = seconds.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `| ${server} | ${software} | ${deploys} deploys, ${rollbacks} rollbacks | ${median.toFixed(1)} s | ${(sorted.at(-1) ?? 0).toFixed(1)} s |`;
};

const clientsRow = (server: string, name: string, { answered, failed, reopened, slowest, versions }: Seen): string =>
  `| ${server} | ${name} | ${answered} | ${failed.length} | ${reopened} | ${slowest.toFixed(2)} s | ${Object.keys(versions).length} |`;
