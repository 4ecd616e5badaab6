import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the space for young values at the size that V8 begins with. What conc carries to and from nodes lies outside V8's heap,
 * 64 KiB behind each small value: were that space to grow to its 32 MiB, it would be looked through so seldom that many
 * megabytes of what was sent long ago stay around.
 */
export const keepYoungSpaceSmall = (): void => setFlagsFromString('--semi-space-growth-factor=1');
