import { ConcError } from '../errors/conc-error.ts';

/** An error as a person reads it; anything that is not a ConcError is a fault of conc's own and says so. */
export function errorLines(error: unknown, verbose: boolean): string[] {
  if (!(error instanceof ConcError)) {
    const words = error instanceof Error ? error.message : String(error);
    return [
      `conc: a fault of conc itself: ${words}`,
      ...(verbose && error instanceof Error ? stackLines(error) : ['  see where: run it again with --verbose']),
    ];
  }
  const [first = '', ...rest] = error.message.split('\n');
  return [
    `conc: ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...error.evidence.map((line) => `  | ${line}`),
    ...(error.state === undefined ? [] : [`  ${error.state}`]),
    ...(error.hint === undefined ? [] : error.hint.split('\n').map((line) => `  ${line}`)),
    ...(verbose ? [`  code: ${error.code}`, ...stackLines(error)] : []),
  ];
}

/** The shape of `--json`: product.md, "JSON that others may rely on". */
export const errorJson = (error: unknown): object => ({
  error:
    error instanceof ConcError
      ? error.toJSON()
      : {
          code: 'conc.fault',
          message: error instanceof Error ? error.message : String(error),
          hint: null,
          state: null,
        },
});

function stackLines(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n').slice(1);
  const cause = error.cause instanceof Error ? [`  caused by: ${error.cause.message}`, ...stackLines(error.cause)] : [];
  return [...lines, ...cause];
}
