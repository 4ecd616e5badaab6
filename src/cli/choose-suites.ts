import type { SuiteEntry } from '../bundle/types.ts';
import type { ChosenSuite } from '../deploy/test-node.ts';
import { ConcError } from '../errors/conc-error.ts';

/**
 * The suites that words name: a level, a module, a package of modules, or a class or test in a module. Without a word all
 * but those of level `load`, which strain what they test. ConcError `test.no-suite`.
 */
export function chooseSuites(suites: readonly SuiteEntry[], words: readonly string[]): ChosenSuite[] {
  if (words.length === 0) {
    return suites.filter(({ level }) => level !== 'load').map((suite) => ({ ...suite, only: [] }));
  }
  for (const word of words) if (!suites.some((suite) => isNamed(suite, word))) throw noSuite(suites, word);
  return suites.flatMap((suite): ChosenSuite[] => {
    const named = words.filter((word) => isNamed(suite, word));
    if (named.length === 0) return [];
    const whole = named.some((word) => !word.startsWith(`${suite.module}.`));
    return [{ ...suite, only: whole ? [] : named }];
  });
}

const isNamed = ({ module, level }: SuiteEntry, word: string): boolean =>
  word === level || word === module || word.startsWith(`${module}.`) || module.startsWith(`${word}.`);

function noSuite(suites: readonly SuiteEntry[], word: string): ConcError {
  const known = suites.map(({ module, level }) => `${module} (${level})`);
  return new ConcError({
    code: 'test.no-suite',
    message: `There is no node and no suite ${word}`,
    hint:
      known.length === 0
        ? 'The bundle has no suites. One is a module with import unittest as nodetest, in the application’s package or in tests/'
        : `Suites are: ${known.join(', ')}`,
    exit: 2,
  });
}
