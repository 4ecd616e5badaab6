import { dirname } from 'node:path';
import { type BuilderFinding, lookAtBuilder } from '../../bundle/build/builder-fitness.ts';
import { readTargets } from '../../bundle/targets.ts';
import { builderOf } from '../../config/builders.ts';
import { loadConfig } from '../../config/load.ts';
import { builderNames } from '../../config/nodes.ts';
import { each } from '../../deploy/each.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { connect } from '../../gateway/connect.ts';
import { targetOf } from '../../gateway/target.ts';
import { askAt } from '../ask.ts';
import type { CliContext } from '../context.ts';
import { unreachableLines } from '../unreachable.ts';
import { findingLines } from './nodes.ts';

/** What was found of one `[builder NAME]`, or why it could not be looked at. */
export interface CheckedBuilder {
  readonly builder: string;
  readonly findings: readonly BuilderFinding[];
  readonly error?: ConcError;
}

/** Looks whether each builder of a config can be reached, and can build for the recorded targets. */
export async function checkBuilders(file: string, context: CliContext): Promise<CheckedBuilder[]> {
  const config = loadConfig(file);
  const names = builderNames(config);
  if (names.length === 0) {
    throw new ConcError({
      code: 'config.no-builders',
      message: `${config.shown} has no builder`,
      hint: 'A machine that builds compiled code is a section [builder NAME]',
      exit: 2,
    });
  }
  const targets = await readTargets(dirname(file));
  const ask = askAt(context);
  return each(names, 16, async (builder): Promise<CheckedBuilder> => {
    try {
      const shown = `builder ${builder}`;
      const session = await connect(targetOf({ ...builderOf(config, builder), name: shown }), { ask });
      try {
        return { builder, findings: await lookAtBuilder(session, builder, targets) };
      } finally {
        await session.close();
      }
    } catch (error) {
      if (error instanceof ConcError) return { builder, findings: [], error };
      throw error;
    }
  });
}

export const builderJson = ({ builder, findings, error }: CheckedBuilder): object => ({
  ...{ builder, findings, error: error?.toJSON() ?? null },
});

/** Lines for a person: what is amiss first, what is well after it. */
export function builderLines({ builder, findings, error }: CheckedBuilder): string[] {
  if (error !== undefined) return unreachableLines(`builder ${builder}`, error);
  const unfit = findings.some(({ level }) => level === 'unfit');
  return [`builder ${builder} is ${unfit ? 'not fit to build' : 'fit to build'}`, ...findingLines(findings)];
}
