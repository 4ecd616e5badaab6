/** FAILED: an assertion; ERROR: anything else that was raised, or the end of the interpreter. */
export type TestStatus = 'OK' | 'FAILED' | 'ERROR' | 'SKIPPED' | 'TIMED OUT';

export interface TestResult {
  /** `shop.checks.Firewall.test_loaded` */
  readonly id: string;
  readonly class: string;
  readonly name: string;
  readonly status: TestStatus;
  readonly seconds: number;
  /** Why, in a line. */
  readonly text: string;
  /** Its traceback. */
  readonly lines: readonly string[];
  /** What it printed; told where it did not go well. */
  readonly output: readonly string[];
}

interface At {
  /** ISO 8601, the controller's clock. */
  readonly time: string;
  readonly node: string;
}

export interface SuiteEvent extends At {
  readonly event: 'suite';
  readonly module: string;
  readonly level: string;
  readonly where: string;
}

export interface TestDoneEvent extends At, TestResult {
  readonly event: 'test';
  /** The module. */
  readonly suite: string;
}

export type TestEvent = SuiteEvent | TestDoneEvent;

/** How many there are of each. */
export function countTests(results: readonly TestResult[]): Readonly<Record<TestStatus, number>> {
  const counts = { OK: 0, FAILED: 0, ERROR: 0, SKIPPED: 0, 'TIMED OUT': 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}

/** All passed, or were skipped. */
export const wentWell = (results: readonly TestResult[]): boolean =>
  results.every(({ status }) => status === 'OK' || status === 'SKIPPED');
