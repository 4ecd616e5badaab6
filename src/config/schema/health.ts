import type { KeySpec } from '../types.ts';
import { POLICY } from './terms.ts';

/** When a release that was switched to is well, and how long that may take to be seen. */
export const healthKeys: readonly KeySpec[] = [
  {
    key: 'health.url',
    type: 'url',
    meaning:
      'What is asked after a restart: `http://…`, `https://…`, a path such as `/healthz` of the first process that has a `listen` (a unix socket too), or of any unix socket: `http://unix:/run/shop.sock:/healthz`.',
    ...POLICY,
  },
  {
    key: 'health.status',
    type: 'integer',
    least: 100,
    most: 599,
    default: '200',
    meaning: 'The status that `health.url` answers with when all is well.',
    ...POLICY,
  },
  {
    key: 'health.command',
    type: 'command',
    meaning: "A command that is run in the release's environment; exit 0 is healthy.",
    ...POLICY,
  },
  {
    key: 'health.stays_up',
    type: 'seconds',
    least: 0,
    default: '0',
    meaning:
      'How long every process has to stay up after it was found well, without one restart among them; then it is asked once more. Needs a `service`.',
    ...POLICY,
  },
  { key: 'health.tries', type: 'integer', least: 1, default: '5', meaning: 'How often it is asked.', ...POLICY },
  {
    key: 'health.interval',
    type: 'seconds',
    least: 0,
    default: '1',
    meaning: 'The pause between two tries.',
    ...POLICY,
  },
  { key: 'health.timeout', type: 'seconds', least: 0.1, default: '5', meaning: 'For each try.', ...POLICY },
  {
    key: 'confirm.within',
    type: 'seconds',
    least: 1,
    default: '120',
    meaning: 'How long after the switch a release must be confirmed, or it is undone.',
    ...POLICY,
  },
  {
    key: 'confirm.fresh',
    type: 'yes/no',
    default: 'no',
    meaning:
      'Confirm by a new connection, so that a change which locks people out is undone. Done anyway where a job says that it touches ssh, users, sudo, the firewall or the network.',
    ...POLICY,
  },
];
