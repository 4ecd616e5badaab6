import { collisionText } from '../bundle/collision-text.ts';
import type { WheelEntry } from '../bundle/types.ts';
import type { Json } from '../gateway/types.ts';
import { generationText } from './env.ts';
import { quote } from './shell.ts';
import type { Change, Effect, Op } from './types.ts';

/** Makes the release at its final path: store, a fresh venv, links, scripts, launchers; `release.json` last. */
export const install: Op = {
  name: 'install',
  request: (change) => ({
    wheels: change.wheels.map(described),
    record: change.release,
    allow: change.allow ?? [],
    // What is installed has its own.
    etc: change.etc?.tree && !installed(change) ? change.etc.tree : null,
    tools: change.tools.map(({ name, version, wheels }) => ({ name, version, wheels: wheels.map(described) })),
  }),
  changes: (change) =>
    installed(change)
      ? []
      : [
          {
            kind: 'file',
            path: `releases/${change.release.id}/`,
            action: 'add',
            note: `a fresh venv of ${change.wheels.length} wheels, ${change.wheels.reduce((sum, { count }) => sum + count, 0)} files`,
          },
          ...vendorsNotice(change),
          ...envNotice(change),
          ...(change.collisions ?? []).map((each) => ({ kind: 'notice', text: collisionText(each) }) as const),
          ...[...change.release.processes, ...(change.release.crons ?? [])].map(
            ({ name }) => ({ kind: 'file', path: `bin/${name}`, action: 'add', note: 'launcher' }) as const,
          ),
        ],
  byHand: (change) => {
    if (installed(change)) return [`# nothing: ${change.release.id} is installed`];
    const venv = `${quote(change.survey.root)}/releases/${change.release.id}/venv`;
    return [
      `${quote(change.settings.python)} -m venv --without-pip ${venv}`,
      '# with a pip of your own, from anywhere on the node:',
      `pip --python ${venv}/bin/python install --no-index --no-deps ${quote(change.survey.root)}/change/wheels/*.whl`,
    ];
  },
  putBack: ({ survey, release }) => [`rm -r ${quote(survey.root)}/releases/${release.id}`],
};

function vendorsNotice({ settings, wheels, whyWhole }: Change): readonly Effect[] {
  const vendors = wheels.filter(({ role }) => role === 'vendor').length;
  if (!settings.sharesVendors || vendors === 0) return [];
  const shared = `venv.vendors = shared: of ${vendors} of them the libraries are in vendors/, in one tree for all releases that have the same`;
  const whole = `venv.vendors = shared does not hold here: ${whyWhole}; the release has a whole tree of its own`;
  return [{ kind: 'notice', text: typeof whyWhole === 'string' ? whole : shared }];
}

function envNotice({ release, survey }: Change): readonly Effect[] {
  if (release.env === undefined) return [];
  const names = survey.env?.names.map(({ name }) => name) ?? [];
  return [{ kind: 'notice', text: `env: ${generationText(release.env, names)}` }];
}

const installed = (change: Change): boolean =>
  change.survey.releases.some(({ id, complete }) => complete && id === change.release.id);

const described = ({ sha256, file, name, version, role, size, count, contents }: WheelEntry): Json => ({
  sha256,
  file,
  name,
  version,
  role,
  size,
  count,
  contents,
});
