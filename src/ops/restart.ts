import type { ReleaseFile } from '../release/types.ts';
import { drops } from './drops.ts';
import { initScript, programName } from './init-script.ts';
import { quote } from './shell.ts';
import { systemdUnit } from './systemd-unit.ts';
import type { Change, Op } from './types.ts';

/** Starts the application's processes, or restarts them one after the other. */
export const restart: Op = {
  name: 'restart',
  // A release that is gone back to has processes of its own: its release.json says which.
  request: ({ kind, settings, release, survey: { service } }) => ({
    service: settings.service,
    processes: kind === 'rollback' ? null : release.processes,
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
            ({ name, ...how }) =>
              ({ kind: 'process', name, action: runs(change, name) ? 'restart' : 'start', ...noteOf(how) }) as const,
          ),
          ...change.settings.elsewhere.map(
            ({ process, node }) =>
              ({ kind: 'notice', text: `${process} is left out here: it runs on ${node} only` }) as const,
          ),
          ...drops(change),
        ],
  byHand: (change) => {
    if (change.settings.service === 'none') return ['# nothing: service = none'];
    return change.release.processes.flatMap(({ name, count, drain }) =>
      drain ? [turnsByHand(change, name)] : Array.from({ length: count }, (_, index) => oneByHand(change, name, index)),
    );
  },
  putBack: ({ settings }) => (settings.service === 'none' ? [] : ['# the same lines, once current points back']),
};

const runs = ({ survey }: Change, name: string): boolean =>
  survey.processes.some((known) => known.name.split(/[:@]/)[0] === name);

function noteOf({ count, drain, singleton }: Omit<ReleaseFile['processes'][number], 'name'>): { note?: string } {
  const notes = [
    ...(drain ? ['the new one first; the old one finishes what it does, and nobody waits for it'] : []),
    ...(singleton ? ['on this node only'] : []),
  ];
  const said = [...(count > 1 ? [`×${count}${drain ? '' : ', one after the other'}`] : []), notes.join('; ')];
  const note = said.filter((each) => each !== '').join(': ');
  return note === '' ? {} : { note };
}

function oneByHand(change: Change, name: string, index: number): string {
  const { root } = change.survey;
  switch (change.settings.service) {
    case 'systemd':
      return `systemctl --user restart ${quote(systemdUnit(root, name, index + 1))}`;
    case 'systemd_system':
      return `${sudo(change)}systemctl restart ${quote(systemdUnit(root, name, index + 1))}`;
    case 'initscript':
      return `${sudo(change)}${initScript(root, name)} restart ${index + 1}`;
    case 'supervisord_system':
      return `${sudo(change)}supervisorctl restart ${quote(`${programName(root, name)}:${name}_${index}`)}`;
    default:
      return `${supervisorctl(change)} restart ${quote(`${name}:${name}_${index}`)}`;
  }
}

/** Who drains takes turns: which number, or which group, it has now is seen there. Typed, the old one is waited for. */
function turnsByHand(change: Change, name: string): string {
  const unit = quote(systemdUnit(change.survey.root, name, '*'));
  switch (change.settings.service) {
    case 'systemd':
      return `systemctl --user restart ${unit}`;
    case 'systemd_system':
      return `${sudo(change)}systemctl restart ${unit}`;
    default:
      return `${supervisorctl(change)} status # then restart 'GROUP:*' for the group of ${name} that runs: ${name}, ${name}~2, …`;
  }
}

const sudo = ({ facts }: Change): string => (facts.uid === 0 ? '' : 'sudo ');

const supervisorctl = ({ survey }: Change): string =>
  `${quote(survey.root)}/tools/supervisor/venv/bin/supervisorctl -c ${quote(survey.root)}/supervisor/supervisord.conf`;
