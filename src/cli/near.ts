import { dirname } from 'node:path';
import type { Freeze } from '../bundle/devops/freeze.ts';
import type { Bundle } from '../bundle/types.ts';
import { findConfig } from '../config/find.ts';
import type { NodeSettings } from '../config/types.ts';
import type { NearSide } from '../deploy/near.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { NearOptions, NearVenv } from '../near/near-side.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { localFacts } from './local-facts.ts';
import { version } from './version.ts';
import { who } from './who.ts';

/** Few changes have a near end: loaded when one needs it. */
const nearModule = () => import('../near/near-side.ts');

/** Ops here may log in to nodes, with the keys that the person's agent holds. Nothing else of the terminal's environment. */
const nearEnvironment = (): Record<string, string> => {
  const { SSH_AUTH_SOCK } = process.env;
  return SSH_AUTH_SOCK === undefined ? {} : { SSH_AUTH_SOCK };
};

/** Reads an application's list of jobs at build, in the near end. */
export const freezeAt =
  (project: string, tell: (line: string) => void): Freeze =>
  async ({ source, sequence, code, interpreters }) => {
    tell(`reading ${sequence.module}:${sequence.attribute}`);
    const { openNear } = await nearModule();
    await using near = await openNear(source, {
      ...{ project, interpreters, sequence, code, tell },
      ...{ by: who(), conc: version(), env: nearEnvironment() },
    });
    return near.jobs;
  };

/** The near end of a command that changes nodes: made when the first of them needs it, and one for all. */
export class NearForCommand implements AsyncDisposable {
  readonly #project: string;
  readonly #pythons: readonly string[];
  readonly #tell: (line: string) => void;
  #opened: Promise<NearSide> | undefined;

  constructor(nodes: readonly NodeSettings[], options: CommonOptions, context: CliContext) {
    this.#project = dirname(findConfig(context.cwd, options.config));
    this.#pythons = nodes.filter(({ gateway }) => gateway === 'popen').map(({ python }) => python);
    this.#tell = (line) => (options.quiet === true ? undefined : context.err(line));
  }

  open(bundle: Bundle): Promise<NearSide> {
    this.#opened ??= this.#open(bundle);
    return this.#opened;
  }

  /** Its venv alone, for what needs no list of jobs. */
  async venv(bundle: Bundle): Promise<NearVenv> {
    const { nearVenv } = await nearModule();
    return nearVenv(bundle, await this.#options(bundle));
  }

  async #open(bundle: Bundle): Promise<NearSide> {
    const { application } = bundle.manifest;
    if (application === undefined) throw noSequence(bundle);
    const { module, attribute } = application;
    const { openNear } = await nearModule();
    return openNear(bundle, {
      ...(await this.#options(bundle)),
      ...{ sequence: { module, attribute }, code: await bundle.devopsCode() },
    });
  }

  async #options({ manifest: { targets } }: Bundle): Promise<Omit<NearOptions, 'sequence' | 'code'>> {
    const versions = targets.map(({ python: [major, minor] }) => `python${major}.${minor}`);
    const { findInterpreters } = await import('../bundle/interpreters.ts');
    const interpreters = await findInterpreters([...this.#pythons, 'python3', ...versions], localFacts);
    return {
      ...{ project: this.#project, interpreters, by: who(), conc: version() },
      ...{ tell: this.#tell, env: nearEnvironment() },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const near = await this.#opened?.catch(() => undefined);
    await near?.[Symbol.asyncDispose]();
  }
}

const noSequence = ({ path }: Bundle): ConcError =>
  new ConcError({
    code: 'near.no-sequence',
    message: `${path} has no jobs of the application's own, and this change does`,
    hint: 'Give the bundle that the change was begun with: --bundle FILE',
    exit: 2,
  });
