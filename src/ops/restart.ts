import { drops } from './drops.ts';
import { initScript } from './init-script.ts';
import { quote } from './shell.ts';
import { systemdUnit } from './systemd-unit.ts';
import type { Change, Op } from './types.ts';

/** Starts the application's processes, or restarts them one after the other. */
export const restart: Op = {
  name: 'restart',
  request: ({ settings, release, survey: { service } }) => ({
    service: settings.service,
    processes: release.processes,
    sudo: service.sudoCommands !== null,
    sudoCommands: [...(service.sudoCommands ?? [])],
  }),
  sudo: ({ survey: { service } }) => service.sudoCommands !== null,
  sudoCommands: ({ survey: { service } }) => service.sudoCommands ?? [],
  changes: (change) =>
    change.settings.service === 'none'
      ? []
      : [
          ...change.release.processes.map(
            ({ name, count }) =>
              ({
                kind: 'process',
                name,
                action: change.survey.processes.some((known) => known.name.split(/[:@]/)[0] === name)
                  ? 'restart'
                  : 'start',
                ...(count > 1 ? { note: `×${count}, one after the other` } : {}),
              }) as const,
          ),
          ...drops(change),
        ],
  byHand: (change) => {
    if (change.settings.service === 'none') return ['# nothing: service = none'];
    return change.release.processes.flatMap(({ name, count }) =>
      Array.from({ length: count }, (_, index) => oneByHand(change, name, index)),
    );
  },
  putBack: ({ settings }) => (settings.service === 'none' ? [] : ['# the same lines, once current points back']),
};

function oneByHand(change: Change, name: string, index: number): string {
  const { root } = change.survey;
  const sudo = change.facts.uid === 0 ? '' : 'sudo ';
  switch (change.settings.service) {
    case 'systemd':
      return `systemctl --user restart ${quote(systemdUnit(root, name, index + 1))}`;
    case 'systemd_system':
      return `${sudo}systemctl restart ${quote(systemdUnit(root, name, index + 1))}`;
    case 'initscript':
      return `${sudo}${initScript(root, name)} restart ${index + 1}`;
    default:
      return `${supervisorctl(change)} restart ${quote(`${name}:${name}_${index}`)}`;
  }
}

const supervisorctl = ({ survey }: Change): string =>
  `${quote(survey.root)}/tools/supervisor/venv/bin/supervisorctl -c ${quote(survey.root)}/supervisor/supervisord.conf`;
