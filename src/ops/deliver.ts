import { quote } from './shell.ts';
import type { Change, Op } from './types.ts';

/** Sends the wheels that the node does not have yet, by content: the largest first, as what is there is unpacked and
 * compiled while others come, and little should be left to do after the last. */
export const deliver: Op = {
  name: 'deliver',
  request: (change) => ({
    wheels: allWheels(change)
      .map(({ sha256, size, file, count, unpacked }) => ({ sha256, size, file, count, unpacked }))
      .sort((one, other) => other.unpacked - one.unpacked),
    ...(change.acceptDrift === true ? { acceptDrift: true } : {}),
  }),
  changes: (change) => {
    const missing = missingWheels(change);
    if (missing.length === 0) return [];
    return [
      {
        kind: 'sends',
        bytes: missing.reduce((sum, wheel) => sum + wheel.size, 0),
        wheels: missing.map((wheel) => wheel.file),
      },
    ];
  },
  byHand: (change) => {
    const { app, version, bundle } = change.release;
    const file = `${app}-${version}-${bundle.slice(0, 8)}.bundle`;
    return missingWheels(change).length === 0
      ? ['# nothing: the node has every wheel']
      : [
          `mkdir -p ${quote(change.survey.root)}/change/wheels`,
          `# from the controller: unzip -j .conc/bundles/${quote(file)} 'wheels/*' -d wheels`,
          `# from the controller: scp wheels/*.whl ${quote(change.settings.name)}:${quote(change.survey.root)}/change/wheels/`,
        ];
  },
  putBack: ({ survey }) => [`rm -r ${quote(survey.root)}/change/wheels`],
};

const allWheels = (change: Change) => [...change.wheels, ...change.tools.flatMap((tool) => tool.wheels)];

function missingWheels(change: Change) {
  const stored = new Set(change.survey.store);
  return allWheels(change).filter((wheel) => !stored.has(wheel.sha256));
}
