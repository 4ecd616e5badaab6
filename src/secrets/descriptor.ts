import { closeSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConcError } from '../errors/conc-error.ts';
import { Secret } from './secret.ts';
import type { PasswordSource } from './source.ts';

/** Bytes; PAM takes 512 at most. */
const LONGEST = 4096;
/** Milliseconds between two looks at a descriptor that does not block. */
const PAUSE = 20;

/** The first line of an open descriptor, as `--sudo-password-fd N` names it. It is read once, when it is needed, and closed. */
export function descriptorSource(descriptor: number): PasswordSource {
  const name = `--sudo-password-fd ${descriptor}`;
  let read: Promise<Secret> | undefined;
  return {
    name,
    asksAgain: false,
    read: () => {
      read ??= firstLine(descriptor, name);
      return read;
    },
  };
}

async function firstLine(descriptor: number, name: string): Promise<Secret> {
  const line = Buffer.alloc(LONGEST);
  let length = 0;
  try {
    // Byte by byte: what follows the line is not ours.
    while (length < LONGEST && (await readByte(descriptor, line, length)) === 1 && line[length] !== 0x0a) length += 1;
    if (descriptor > 2) closeSync(descriptor);
  } catch (cause) {
    throw unreadable(name, cause instanceof Error ? cause.message : String(cause));
  }
  if (length === 0) throw unreadable(name, 'its first line is empty');
  if (length === LONGEST) throw unreadable(name, `its first line is longer than ${LONGEST} bytes`);
  const secret = new Secret(line.toString('utf8', 0, length));
  line.fill(0);
  return secret;
}

async function readByte(descriptor: number, into: Buffer, at: number): Promise<number> {
  while (true) {
    try {
      return readSync(descriptor, into, at, 1, null);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      await sleep(PAUSE);
    }
  }
}

const unreadable = (name: string, why: string): ConcError =>
  new ConcError({
    code: 'sudo.descriptor',
    message: `${name}: no password could be read there: ${why}`,
    hint: 'open it for conc, with the password as its first line: conc deploy NODE --sudo-password-fd 3 3< <(pass show NODE)',
    state: 'nothing was changed',
    exit: 2,
  });
