import type { NodeSettings } from '../config/types.ts';
import { each } from '../deploy/each.ts';
import { type OpenNode, withNode } from '../deploy/open.ts';
import { type ChosenSuite, type NearInterpreter, type TestRequest, testNear, testOnNode } from '../deploy/test-node.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Ask } from '../gateway/askpass.ts';
import type { TestDoneEvent, TestEvent } from '../report/test-events.ts';
import type { Secret } from '../secrets/secret.ts';

export interface TestRun {
  readonly suites: readonly ChosenSuite[];
  readonly builtin: boolean;
  readonly limit: number;
  readonly files: TestRequest['files'];
  readonly ask: Ask | undefined;
  /** Where suites of the controller are run; asked for when there is one. */
  readonly near: () => Promise<NearInterpreter>;
  readonly sudo: (open: OpenNode, commands: readonly string[]) => Promise<Secret | null>;
}

/** What came of one node's tests. */
export interface TestedNode {
  readonly node: string;
  /** ISO 8601. */
  readonly began: string;
  readonly seconds: number;
  /** What served there; null: nothing, or nobody looked. */
  readonly release: string | null;
  readonly results: readonly TestDoneEvent[];
  /** Why no more were run. */
  readonly error: ConcError | null;
}

/** Runs suites on several nodes at once. A node that can't be reached doesn't hold up the others. */
export function runTests(
  nodes: readonly NodeSettings[],
  run: TestRun,
  tell: (event: TestEvent) => void,
): Promise<TestedNode[]> {
  return each(nodes, 16, (settings) => testNode(settings, run, tell));
}

async function testNode(settings: NodeSettings, run: TestRun, tell: (event: TestEvent) => void): Promise<TestedNode> {
  const began = Date.now();
  const results: TestDoneEvent[] = [];
  const heard = (event: TestEvent): void => {
    if (event.event === 'test') results.push(event);
    tell(event);
  };
  const [near, far] = parted(run);
  let release: string | null = null;
  let error: ConcError | null = null;
  try {
    if (near.suites.length > 0) await testNear(settings, await run.near(), { ...near, sudo: null }, heard);
    if (far.suites.length > 0 || far.builtin) {
      const commands = sudoFor(far, settings);
      release = await withNode(settings, { ask: run.ask, sentCode: commands !== null }, async (open) => {
        const sudo = commands === null ? null : await run.sudo(open, commands);
        await testOnNode(open, { ...far, sudo }, heard);
        return open.survey.current;
      });
    }
  } catch (thrown) {
    if (!(thrown instanceof ConcError) || thrown.exit === 2) throw thrown;
    error = thrown;
  }
  const seconds = (Date.now() - began) / 1000;
  return { node: settings.name, began: new Date(began).toISOString(), seconds, release, results, error };
}

/** What these suites need sudo for, as sudoers writes commands; empty: they don't say. null: nothing. */
function sudoFor({ suites, builtin }: Part, { attributes }: NodeSettings): readonly string[] | null {
  if (suites.some(({ sudo }) => sudo)) return [];
  const files = builtin ? (attributes['check.files'] ?? '').split('\n').filter((line) => line.trim() !== '') : [];
  return files.length === 0 ? null : files.map((line) => `/usr/bin/cat ${(line.split('=')[0] ?? '').trim()}`);
}

type Part = Omit<TestRequest, 'sudo'>;

/** Those of the controller, and those of the node. */
function parted({ suites, builtin, limit, files }: TestRun): readonly [Part, Part] {
  const near = suites.filter(({ where }) => where === 'near');
  const far = suites.filter(({ where }) => where !== 'near');
  return [
    { suites: near, builtin: false, limit, files },
    { suites: far, builtin, limit, files },
  ];
}
