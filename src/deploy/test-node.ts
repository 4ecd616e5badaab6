import { z } from 'zod';
import type { SuiteEntry, TestFiles } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import { connect } from '../gateway/connect.ts';
import type { Json, Session } from '../gateway/types.ts';
import type { TestEvent } from '../report/test-events.ts';
import type { Secret } from '../secrets/secret.ts';
import { packCode } from './application.ts';
import type { OpenNode } from './open.ts';

/** A suite, and what of it is asked for: ids of tests, or what stands before a dot in them; empty: all. */
export interface ChosenSuite extends SuiteEntry {
  readonly only: readonly string[];
}

export interface TestRequest {
  readonly suites: readonly ChosenSuite[];
  /** conc's own checks of a node too. */
  readonly builtin: boolean;
  /** Seconds for each test. */
  readonly limit: number;
  readonly files: TestFiles;
  readonly sudo: Secret | null;
}

/** An interpreter on the controller with the application installed. */
export interface NearInterpreter {
  readonly root: string;
  readonly release: string;
  readonly base: string;
  readonly python: string;
}

export type TellTest = (event: TestEvent) => void;

/** Runs suites on a node: in the release that serves, or by its own python3 where they need none. */
export function testOnNode({ settings, session, survey }: OpenNode, request: TestRequest, tell: TellTest) {
  const place = { root: settings.root, release: survey.current, python: null };
  return run(session, settings, { ...request, ...place }, tell);
}

/** Runs suites on the controller, with the node's attributes. */
export async function testNear(
  settings: NodeSettings,
  near: NearInterpreter,
  request: TestRequest,
  tell: TellTest,
  signal?: AbortSignal,
): Promise<void> {
  const session = await connect(
    { kind: 'popen', node: 'this machine', python: near.base },
    signal === undefined ? {} : { signal },
  );
  try {
    const { root, release, python } = near;
    await run(session, settings, { ...request, root, release, python }, tell);
  } finally {
    await session.close();
  }
}

const messageSchema = z.union([
  z.object({ suite: z.object({ module: z.string(), level: z.string(), where: z.string() }) }),
  z.object({
    test: z.object({
      id: z.string(),
      class: z.string(),
      name: z.string(),
      status: z.enum(['OK', 'FAILED', 'ERROR', 'SKIPPED', 'TIMED OUT']),
      seconds: z.number(),
      text: z.string(),
      lines: z.array(z.string()),
      output: z.array(z.string()),
    }),
  }),
]);

interface RunRequest extends TestRequest {
  readonly root: string;
  readonly release: string | null;
  readonly python: string | null;
}

async function run(session: Session, settings: NodeSettings, request: RunRequest, tell: TellTest): Promise<void> {
  const channel = session.call('test', {
    ...{ root: request.root, release: request.release, python: request.python },
    ...(await testRequest(settings, request)),
    sudo: request.sudo?.reveal() ?? null,
  });
  let suite = '';
  for await (const item of channel) {
    if (item.kind !== 'json') continue;
    const message = messageSchema.parse(item.value);
    const at = { time: new Date().toISOString(), node: settings.name };
    if ('suite' in message) {
      suite = message.suite.module;
      tell({ ...at, event: 'suite', ...message.suite });
    } else tell({ ...at, event: 'test', suite, ...message.test });
  }
  await channel.reply;
}

async function testRequest(
  settings: NodeSettings,
  { suites, builtin, limit, files }: Omit<TestRequest, 'sudo'>,
): Promise<Record<string, Json>> {
  return {
    files: await packTests(files),
    suites: suites.map((suite) => ({ ...suite })),
    // What the node's clock is compared with.
    now: Date.now() / 1000,
    ...{ builtin, limit, ncd: { ...settings.attributes, root: settings.root }, node: settings.name },
  };
}

/** The suites' files as they go to a node, with conc's own package. */
export function packTests({ wheel, project }: TestFiles): Promise<string> {
  const prefixed = (texts: Readonly<Record<string, string>>, prefix: string) =>
    Object.entries(texts).map(([path, text]) => [`${prefix}/${path}`, text]);
  return packCode(Object.fromEntries([...prefixed(wheel, 'wheel'), ...prefixed(project, 'project')]));
}
