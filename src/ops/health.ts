import { quote } from './shell.ts';
import type { Change, Op } from './types.ts';

/** Asks the application whether it is well: over HTTP, or by a command. */
export const health: Op = {
  name: 'health',
  request: ({ settings, release }) => ({
    url: settings.health.url ?? null,
    status: settings.health.status,
    command: settings.health.command ?? null,
    tries: settings.health.tries,
    interval: settings.health.interval,
    timeout: settings.health.timeout,
    processes: release.processes,
    service: settings.service,
  }),
  changes: (change) => {
    const what = asked(change);
    return what === undefined ? [] : [{ kind: 'reads', what }];
  },
  byHand: (change) => {
    const { url, command, timeout } = change.settings.health;
    if (command !== undefined)
      return [`cd ${quote(change.survey.root)}/current && PATH=$PWD/venv/bin:$PATH ${command}`];
    if (url === undefined) return ['# nothing: neither health.url nor health.command is set'];
    const listen = change.release.processes.find((process) => process.listen !== null)?.listen ?? '';
    if (!url.startsWith('/')) return [`curl -fsS -m ${timeout} ${quote(url)}`];
    return listen.startsWith('unix:')
      ? [
          `curl -fsS -m ${timeout} --unix-socket ${quote(listen.slice('unix:'.length))} ${quote(`http://localhost${url}`)}`,
        ]
      : [`curl -fsS -m ${timeout} ${quote(`http://${listen}${url}`)}`];
  },
  putBack: () => [],
};

function asked({ settings: { health: asks } }: Change): string | undefined {
  if (asks.command !== undefined) return `runs ${asks.command}`;
  return asks.url === undefined ? undefined : `GET ${asks.url}, ${asks.tries} tries, expects ${asks.status}`;
}
