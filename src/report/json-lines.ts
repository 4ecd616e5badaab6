import type { Emit } from './events.ts';

/** Every event as one line of JSON. */
export const jsonLines =
  (out: (line: string) => void): Emit =>
  (event) => {
    out(JSON.stringify(event));
  };
