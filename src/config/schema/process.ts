import type { KeySpec } from '../types.ts';
import { IDENTITY } from './terms.ts';

/** The application's processes, as a service runs them. */
export const processKeys: readonly KeySpec[] = [
  {
    key: 'process.NAME.command',
    type: 'command',
    meaning:
      "What to run: words as a shell would split them, without a shell. The first is looked up in the release's `bin` first. Needed for each process.",
    ...IDENTITY,
  },
  {
    key: 'process.NAME.count',
    type: 'integer',
    least: 1,
    default: '1',
    meaning: 'How many of them.',
    ...IDENTITY,
  },
  {
    key: 'process.NAME.listen',
    type: 'text',
    form: {
      pattern: /^(unix:\/\S+|(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5})$/,
      words: '127.0.0.1:8000, [::1]:8000 or unix:/path',
    },
    meaning:
      'A listening socket that the service owns and hands over, so that a restart loses no request: `127.0.0.1:8000`, `[::1]:8000` or `unix:/path`.',
    ...IDENTITY,
  },
  {
    key: 'process.NAME.env',
    type: 'lines',
    form: { pattern: /^[A-Za-z_][A-Za-z0-9_]*=.*$/, words: 'lines such as DJANGO_SETTINGS_MODULE=shop.settings' },
    meaning: 'Its environment, `NAME=value` each on a line.',
    ...IDENTITY,
  },
  {
    key: 'process.NAME.ready',
    type: 'choice',
    choices: ['exec', 'notify'],
    default: 'exec',
    meaning:
      'When systemd takes it for started: `exec`, once it runs; `notify`, once it says so itself (sd_notify(3), as gunicorn does). Other service kinds see that it stays up.',
    ...IDENTITY,
  },
  {
    key: 'process.NAME.stop_timeout',
    type: 'seconds',
    least: 0,
    default: '10',
    meaning: 'How long it has to end after SIGTERM, before it is killed.',
    ...IDENTITY,
  },
  {
    key: 'process.NAME.drain',
    type: 'yes/no',
    default: 'no',
    meaning:
      'For workers: the new one starts first, then the old one is told to end, and finishes what it does while the deploy goes on; `stop_timeout` bounds that. Not for one that listens.',
    ...IDENTITY,
  },
  {
    key: 'process.NAME.singleton',
    type: 'yes/no',
    default: 'no',
    meaning:
      'It runs on one node only: of the nodes that take this key from the same section, on the one with `once = yes`; on a single one without that. For celery beat and its like.',
    ...IDENTITY,
  },
];
