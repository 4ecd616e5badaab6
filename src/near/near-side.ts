import { join } from 'node:path';
import type { Interpreter } from '../bundle/interpreters.ts';
import { digestsOf, packCode } from '../deploy/application.ts';
import type { NearSide } from '../deploy/near.ts';
import { ConcError } from '../errors/conc-error.ts';
import { connect } from '../gateway/connect.ts';
import { furnish } from './furnish.ts';
import { nearBundle, type WheelSource } from './near-bundle.ts';
import { NearChannel } from './near-channel.ts';
import { nearSettings } from './near-settings.ts';

export interface NearOptions {
  /** Absolute: the folder of conc.ini, in which ops on this machine work. */
  readonly project: string;
  /** Those of this machine on which it may run, the best first. */
  readonly interpreters: readonly Interpreter[];
  /** Which list of jobs, and its code as it is in the application's wheel. */
  readonly sequence: { readonly module: string; readonly attribute: string };
  readonly code: Readonly<Record<string, string>>;
  /** Who asks, and conc's version: its history has them. */
  readonly by: string;
  readonly conc: string;
  readonly tell: (line: string) => void;
  /** What ops on this machine find in their environment besides what a login has. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Opens the near end: a venv on this machine, made of the bundle's wheels and what devops code needs besides as a node's
 * would be, and a worker in it that has read the application's list of jobs. Dispose it after use.
 * ConcError `near.*`; the application's own errors as `sequence.*`.
 */
export async function openNear(source: WheelSource, options: NearOptions): Promise<NearSide> {
  const found = nearBundle(source, options.interpreters);
  if (found === null) throw noInterpreter();
  if (found.missing.length > 0) {
    options.tell(
      `on this machine devops code has to do without ${found.missing.join(', ')}: their wheels are for other machines`,
    );
  }
  const settings = nearSettings(found.bundle.manifest.app, nearRoot(options.project), found.python);
  const release = await furnish(settings, found.bundle, options);
  const session = await connect({ kind: 'popen', node: 'this machine', python: found.python });
  try {
    session.push(['conc_agent.application.performer']);
    const channel = session.call('near', {
      python: `${nearRoot(options.project)}/releases/${release}/venv/bin/python`,
      ...options.sequence,
      digests: digestsOf(options.code),
      files: await packCode({}),
      env: options.env,
      paths: [],
      cwd: options.project,
    });
    return await NearChannel.open(session, channel);
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Where the near end lives: an application's root like any other, beside the bundles. */
const nearRoot = (project: string): string => join(project, '.conc', 'near');

const noInterpreter = (): ConcError =>
  new ConcError({
    code: 'near.no-python',
    message: 'There is no Python 3.8 or newer on this machine: the application’s devops code runs here too',
    hint: 'Install python3',
    exit: 2,
  });
