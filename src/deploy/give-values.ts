import { randomBytes } from 'node:crypto';
import type { Channel } from '../gateway/types.ts';
import type { Variables } from '../secrets/variables.ts';

/** Gives the values of these names, when the node asks for them; null: nobody can. */
export type AskValues = (node: string, names: readonly string[]) => Promise<Variables | null>;

/**
 * Values of an application's secrets on their way: as bytes, because a message that is not understood may be shown. Whoever
 * has a recording has a digest of them: with what is random beside them, no value can be found by it.
 */
export async function giveValues(channel: Channel, values: Variables | null): Promise<void> {
  if (values === null) {
    channel.send({ secret: null });
    return;
  }
  const revealed = Object.fromEntries([...values].map(([name, secret]) => [name, secret.reveal()]));
  const bytes = Buffer.from(JSON.stringify({ salt: randomBytes(32).toString('base64'), values: revealed }));
  channel.send({ secret: { size: bytes.length } });
  await channel.write(bytes);
}
