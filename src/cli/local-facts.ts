import { connect } from '../gateway/connect.ts';
import type { Facts } from '../gateway/types.ts';

/** Asks an interpreter of this machine what it is, as a node would be asked. */
export async function localFacts(python: string): Promise<Facts> {
  const session = await connect({ kind: 'popen', node: 'this machine', python });
  await session.close();
  return session.facts;
}
