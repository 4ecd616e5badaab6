import type { KeySpec } from '../types.ts';
import { IDENTITY } from './terms.ts';

/** What cron runs for the application, by the deploying user's own crontab. */
export const cronKeys: readonly KeySpec[] = [
  {
    key: 'cron.NAME.when',
    type: 'text',
    meaning:
      'When: five fields as of crontab(5), such as `*/5 * * * *` or `30 4 * * mon`, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, `@reboot`; in the time zone of the node. Needed for each.',
    ...IDENTITY,
  },
  {
    key: 'cron.NAME.command',
    type: 'command',
    meaning:
      "What cron runs in the release that serves: words as a shell would split them, without a shell. The first is looked up in the release's `bin` first. What it prints goes to `shared/log/cron-NAME.log`. Needed for each.",
    ...IDENTITY,
  },
  {
    key: 'cron.NAME.env',
    type: 'lines',
    form: { pattern: /^[A-Za-z_][A-Za-z0-9_]*=.*$/, words: 'lines such as DJANGO_SETTINGS_MODULE=shop.settings' },
    meaning: 'Its environment, `NAME=value` each on a line.',
    ...IDENTITY,
  },
];
