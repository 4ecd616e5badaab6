import { z } from 'zod';
import { connect } from '../gateway/connect.ts';
import type { Wanted } from './types.ts';

const reply = z.object({ path: z.string(), bytes: z.base64() });

/** The program by which root places files, made here by the agent itself: the same bytes as on a node. */
export async function placeProgram(): Promise<NonNullable<Wanted['program']>> {
  const session = await connect({ kind: 'popen', node: 'this machine', python: 'python3' });
  try {
    const { path, bytes } = reply.parse(await session.call('place', {}).reply);
    return { path, bytes: Buffer.from(bytes, 'base64') };
  } finally {
    await session.close();
  }
}
