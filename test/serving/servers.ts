import type { Courier, Server } from './courier.ts';

const SUPERVISORD = ['service = supervisord'];

/** What the courier is served by in `npm run serving`. */
export const SERVERS: readonly Server[] = [
  { name: 'bookworm', suite: 'bookworm', keys: [] },
  { name: 'trixie', suite: 'trixie', keys: ['service.scope = system', 'service.user = courier'] },
  { name: 'bookworm-supervisord', suite: 'bookworm', keys: SUPERVISORD },
];

/** What answers on a server, with versions: a promise holds for these. */
export async function softwareOn(courier: Courier, server: string): Promise<string> {
  const node = courier.node(server);
  const said = async (...argv: string[]): Promise<string> => {
    const { stdout, stderr } = await node.exec(argv);
    return /\d+(\.\d+)+|\b\d{3}\b/.exec(stdout + stderr)?.[0] ?? '';
  };
  const python = '/srv/courier/current/venv/bin/python';
  const of = async (name: string): Promise<string> =>
    `${name} ${await said(python, '-c', `import importlib.metadata as m; print(m.version("${name}"))`)}`;
  const service = SERVERS.find(({ name }) => name === server)?.keys.includes(SUPERVISORD[0] ?? '')
    ? 'supervisord of conc'
    : `systemd ${await said('systemctl', '--version')}`;
  return [
    service,
    `nginx ${await said('/usr/sbin/nginx', '-v')}`,
    await of('gunicorn'),
    await of('django'),
    `Python ${await said(python, '--version')}`,
  ].join(', ');
}
