import { createHash } from 'node:crypto';
import type { AgentSources } from './agent-sources.ts';
import { remembered } from './remembered.ts';

/** sha256 of all modules, in hex: what a node names the code by that it keeps (`digest` of agent/conc_agent/keep.py). */
export const digestOf = (sources: AgentSources): string => digests(sources, []);

const digests = remembered((sources: AgentSources): string => {
  const hash = createHash('sha256');
  for (const name of [...sources.keys()].sort()) {
    const { source = '', package: isPackage = false } = sources.get(name) ?? {};
    hash.update(`${name} ${Number(isPackage)} ${Buffer.byteLength(source)}\n`).update(source);
  }
  return hash.digest('hex');
});
