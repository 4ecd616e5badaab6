import { quote } from './shell.ts';
import { systemdUnit } from './systemd-unit.ts';
import type { Change, Op } from './types.ts';

/** Starts the application's processes, or restarts them one after the other. */
export const restart: Op = {
  name: 'restart',
  request: ({ settings, release }) => ({ service: settings.service, processes: release.processes }),
  changes: (change) =>
    change.settings.service === 'none'
      ? []
      : change.release.processes.map(({ name, count }) => ({
          kind: 'process',
          name,
          action: change.survey.processes.some((known) => known.name.split(/[:@]/)[0] === name) ? 'restart' : 'start',
          ...noteOf(count, drain, singleton),
        })),
  byHand: (change) => {
    if (change.settings.service === 'none') return ['# nothing: service = none'];
    return change.release.processes.flatMap(({ name, count }) =>
      Array.from({ length: count }, (_, index) => oneByHand(change, name, index)),
    );
  },
  putBack: ({ settings }) => (settings.service === 'none' ? [] : ['# the same lines, once current points back']),
};

const oneByHand = (change: Change, name: string, index: number): string =>
  change.settings.service === 'systemd'
    ? `systemctl --user restart ${quote(systemdUnit(change.survey.root, name, index + 1))}`
    : `${supervisorctl(change)} restart ${quote(`${name}:${name}_${index}`)}`;

const supervisorctl = ({ survey }: Change): string =>
  `${quote(survey.root)}/tools/supervisor/venv/bin/supervisorctl -c ${quote(survey.root)}/supervisor/supervisord.conf`;
