import { compiledNeeds } from './compiled-needs.ts';
import { diskNeed } from './need.ts';
import { quote } from './shell.ts';
import type { Op } from './types.ts';

/** Compares what the change needs with what the node has, before a byte is sent. */
export const preflight: Op = {
  name: 'preflight',
  request: (change) => ({
    ...diskNeed(change),
    python: { cacheTag: change.facts.python.cacheTag, executable: change.facts.python.executable },
    service: change.settings.service,
    processes: change.release.processes,
    wheels: change.wheels.length,
    needs: compiledNeeds(change),
  }),
  changes: () => [
    { kind: 'reads', what: 'free space and inodes, mount options, owner, interpreter, libc and shared libraries' },
  ],
  byHand: ({ survey }) => {
    const root = quote(survey.root);
    return [`df -h ${root}; df -i ${root}; findmnt -T ${root}`];
  },
  putBack: () => [],
};
