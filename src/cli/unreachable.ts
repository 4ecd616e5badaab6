import type { ConcError } from '../errors/conc-error.ts';

/** Why a node or builder can't be looked at, for a person: among others, which can. */
export const unreachableLines = (what: string, { message, evidence, hint }: ConcError): string[] => [
  `${what} can't be looked at: ${message}`,
  ...evidence.map((line) => `  | ${line}`),
  ...(hint === undefined ? [] : [`  ${hint}`]),
];
