import { quote } from './shell.ts';
import type { Change, Op } from './types.ts';

/** Asks the application whether it is well: are its processes those of this release; over HTTP, or by a command; do they stay up? */
export const health: Op = {
  name: 'health',
  request: ({ kind, settings, release }) => ({
    url: settings.health.url ?? null,
    status: settings.health.status,
    command: settings.health.command ?? null,
    staysUp: settings.health.staysUp,
    tries: settings.health.tries,
    interval: settings.health.interval,
    timeout: settings.health.timeout,
    processes: kind === 'rollback' ? null : release.processes,
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
    const [, socket, path] = /^http:\/\/unix:([^:]+)(?::(.*))?$/.exec(url) ?? [];
    if (socket !== undefined) return [overSocket(timeout, socket, path ?? '/')];
    if (!url.startsWith('/')) return [`curl -fsS -m ${timeout} ${quote(url)}`];
    return listen.startsWith('unix:')
      ? [overSocket(timeout, listen.slice('unix:'.length), url)]
      : [`curl -fsS -m ${timeout} ${quote(`http://${listen}${url}`)}`];
  },
  putBack: () => [],
};

const overSocket = (timeout: number, socket: string, path: string): string =>
  `curl -fsS -m ${timeout} --unix-socket ${quote(socket)} ${quote(`http://localhost${path}`)}`;

function asked({ settings: { health: asks } }: Change): string | undefined {
  const stays = asks.staysUp > 0 ? `every process stays up for ${asks.staysUp} s` : undefined;
  const said = [question(asks), stays].flatMap((each) => each ?? []);
  return said.length === 0 ? undefined : said.join('; ');
}

function question({ command, url, tries, status }: Change['settings']['health']): string | undefined {
  if (command !== undefined) return `runs ${command}`;
  return url === undefined ? undefined : `GET ${url}, ${tries} tries, expects ${status}`;
}
