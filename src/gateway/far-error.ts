import { ConcError } from '../errors/conc-error.ts';
import type { Json } from './types.ts';

/** Codes of calls whose meaning is BLOCKED: a lock, or a node that doesn't meet a need. A change that was cut off while it ran is not. */
const BLOCKED = /^(blocked|change(?!\.interrupted$)|need|sudo)\./;
/** And those that are a mistake in what was asked, or in the application's own sequence. */
const MISTAKEN = /^(sequence\.|change\.(no-such-job|not-next|sees-itself|not-running)$)/;

/** An error as the wire carries it, as a person is told of it. `call` names what was asked of the node. */
export function farError(call: string, wire: Json | undefined): ConcError {
  const text = (key: string): string | undefined => textOf(wire, key);
  const code = text('code') ?? 'agent.error';
  const unforeseen = code === 'agent.error';
  const message = text('message') ?? 'an error without words';
  const hint =
    text('hint') ?? (unforeseen ? 'this is a fault of conc or of the node; --verbose shows all of it' : undefined);
  const state = text('state');
  return new ConcError({
    code,
    message: unforeseen || code.startsWith('gateway.') ? `${call}: ${message}` : message,
    ...(hint === undefined ? {} : { hint }),
    ...(state === undefined ? {} : { state }),
    evidence: [...linesOf(wire), ...(text('traceback')?.trimEnd().split('\n') ?? [])],
    exit: MISTAKEN.test(code) ? 2 : BLOCKED.test(code) ? 3 : 1,
  });
}

function textOf(wire: Json | undefined, key: string): string | undefined {
  const value = field(wire, key);
  return typeof value === 'string' ? value : undefined;
}

function linesOf(wire: Json | undefined): string[] {
  const lines = field(wire, 'evidence');
  return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
}

/** A field of a JSON object; undefined for anything else. */
export function field(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}
