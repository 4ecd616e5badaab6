import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Bundle, WheelEntry } from '../bundle/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Channel } from '../gateway/types.ts';
import { differenceFrom } from './difference.ts';
import type { Want } from './messages.ts';
import { unexpected } from './unexpected.ts';

const deflated = promisify(deflate);

/**
 * Sends the wheels that a node asks for, in that order; of those that came in part before, what is missing, and of those
 * whose former ones are there, what differs.
 */
export async function giveWheels(
  channel: Channel,
  { want, held = {}, like = {} }: Want,
  bundle: Bundle | null,
  node: string,
): Promise<void> {
  if (bundle === null) {
    throw new ConcError({
      code: 'deliver.no-bundle',
      message: `${node} still needs ${want.length} wheels of this change, and no bundle was given`,
      hint: `conc continue ${node} --bundle FILE, or conc abandon ${node}`,
      exit: 2,
    });
  }
  const wheels = new Map(
    [...bundle.manifest.wheels, ...bundle.tools.flatMap((tool) => tool.wheels)].map((wheel) => [wheel.sha256, wheel]),
  );
  for (const sha256 of want) {
    const wheel = wheels.get(sha256);
    if (wheel === undefined) throw unexpected(node, `a wish for a wheel that the bundle does not have: ${sha256}`);
    const signature = like[sha256];
    const difference = signature === undefined ? null : await differenceFrom(bundle, wheel, signature);
    if (difference === null) await sendWheel(channel, bundle, wheel, await rightPart(bundle, wheel, held[sha256]));
    else await sendDifference(channel, wheel, difference);
  }
}

/** The list of the wheel's files does not go with it: its digest tells whether what comes of it is right. */
async function sendDifference(channel: Channel, wheel: WheelEntry, difference: Buffer): Promise<void> {
  channel.send({ wheel: wheel.sha256, size: difference.length, difference: wheel.contents });
  await channel.write(difference);
}

/**
 * Its list of files, deflated quickly: a third of it stays. Then what is read from the file as the far side takes it: of a
 * wheel no more is held here than a window of the channel.
 */
async function sendWheel(channel: Channel, bundle: Bundle, wheel: WheelEntry, start: number): Promise<void> {
  const list = await deflated(await bundle.contentsText(wheel), { level: 1 });
  channel.send({ wheel: wheel.sha256, size: wheel.size, list: list.length, ...(start > 0 ? { from: start } : {}) });
  await channel.write(list);
  let before = start;
  for await (const bytes of await bundle.open(wheel)) {
    const rest = bytes.subarray(before);
    before -= bytes.length - rest.length;
    if (rest.length > 0) await channel.write(rest);
  }
}

/** How much of what the node holds is how this wheel begins: all of it, or 0. Its disk may have lost what was not synced. */
async function rightPart(bundle: Bundle, wheel: WheelEntry, held: NonNullable<Want['held']>[string] | undefined) {
  if (held === undefined || held.size >= wheel.size) return 0;
  const hash = createHash('sha256');
  let left = held.size;
  for await (const bytes of await bundle.open(wheel)) {
    hash.update(bytes.subarray(0, left));
    left -= Math.min(left, bytes.length);
    if (left === 0) break;
  }
  return hash.digest('hex') === held.sha256 ? held.size : 0;
}
