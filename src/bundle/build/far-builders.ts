import type { BuilderSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { connect } from '../../gateway/connect.ts';
import { targetOf as gatewayTo } from '../../gateway/target.ts';
import type { Session } from '../../gateway/types.ts';
import { targetOf } from '../targets.ts';
import { buildFar } from './build-far.ts';
import type { BuildSettings, WheelBuilder } from './wheel-builder.ts';

/** The `[builder NAME]`s of conc.ini: connected when the first is needed, not before. */
export interface FarBuilders extends AsyncDisposable {
  readonly open: () => Promise<readonly WheelBuilder[]>;
  /** Those that could not be reached, in words. */
  readonly problems: () => readonly string[];
}

/** One that can't be reached is no error as long as nobody misses it. */
export function farBuilders(
  settings: readonly BuilderSettings[],
  build: BuildSettings,
  /** Of this machine, to unpack and pack sources with. */
  python: string,
): FarBuilders {
  const sessions: Session[] = [];
  const problems: string[] = [];
  let opened: Promise<readonly WheelBuilder[]> | undefined;

  const openOne = async (builder: BuilderSettings): Promise<WheelBuilder | null> => {
    const shown = `builder ${builder.name}`;
    try {
      const session = await connect(gatewayTo({ ...builder, name: shown }));
      sessions.push(session);
      const spec = targetOf(session.facts, builder.name);
      return { shown, spec, build: (job) => buildFar(session, shown, job, { ...build, python }) };
    } catch (error) {
      if (!(error instanceof ConcError)) throw error;
      problems.push([`${shown} can't be reached: ${error.message}`, ...error.evidence].join('\n'));
      return null;
    }
  };

  return {
    open: () => {
      opened ??= Promise.all(settings.map(openOne)).then((all) => all.filter((builder) => builder !== null));
      return opened;
    },
    problems: () => problems,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(sessions.map((session) => session.close()));
    },
  };
}
