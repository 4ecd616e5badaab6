import type { SshSettings } from '../../config/types.ts';
import { effectiveSettings } from './effective.ts';
import { compareKeys } from './known.ts';
import { probeHostKeys } from './probe.ts';
import type { HostKeys } from './types.ts';

/** What keys a node's host shows now, and whether ssh has them recorded. Changes nothing. */
export async function lookAtHostKeys(node: string, ssh: SshSettings): Promise<HostKeys> {
  const effective = await effectiveSettings(node, ssh);
  return compareKeys(effective, await probeHostKeys(node, ssh));
}
