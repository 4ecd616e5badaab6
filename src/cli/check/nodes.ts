import { dirname } from 'node:path';
import { readTargets, recordTarget, targetOf } from '../../bundle/targets.ts';
import { findConfig } from '../../config/find.ts';
import type { NodeSettings } from '../../config/types.ts';
import { each } from '../../deploy/each.ts';
import { type Finding, fitness } from '../../deploy/fitness.ts';
import { type OpenNode, withNode } from '../../deploy/open.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { askAt } from '../ask.ts';
import type { CliContext } from '../context.ts';
import type { TimingsOptions, TimingsWish } from '../timings-option.ts';
import { unreachableLines } from '../unreachable.ts';

/** What was found of one node, or why it could not be looked at. */
export interface CheckedNode {
  readonly node: string;
  readonly findings: readonly Finding[];
  readonly error?: ConcError;
}

export interface CheckNodesOptions extends TimingsOptions {
  readonly record?: boolean;
}

/** Looks at each node's fitness, and with `record` writes what it is into the targets file. */
export async function checkNodes(
  nodes: readonly NodeSettings[],
  options: CheckNodesOptions,
  context: CliContext,
  { observe }: TimingsWish,
): Promise<CheckedNode[]> {
  const ask = askAt(context);
  const folder = dirname(findConfig(context.cwd, options.config));
  // One at a time where the file is written: each record reads what the former wrote.
  return each(nodes, options.record === true ? 1 : 16, async (settings): Promise<CheckedNode> => {
    try {
      return await withNode(settings, { ask, observe }, async (open) => ({
        node: settings.name,
        findings: [...fitness(open), await targetFinding(open, folder, options.record === true)],
      }));
    } catch (error) {
      if (error instanceof ConcError) return { node: settings.name, findings: [], error };
      throw error;
    }
  });
}

async function targetFinding({ session, settings }: OpenNode, folder: string, record: boolean): Promise<Finding> {
  const { facts } = session;
  if (record) {
    const { name } = await recordTarget(folder, facts, settings.name);
    return { level: 'fit', code: 'node.target-recorded', message: `recorded as ${name} in conc.targets.json` };
  }
  const { name } = targetOf(facts, settings.name);
  const known = (await readTargets(folder)).some((target) => target.name === name);
  return known
    ? { level: 'fit', code: 'node.target', message: `its target ${name} is in conc.targets.json` }
    : {
        level: 'warning',
        code: 'node.no-target',
        message: `its target ${name} is not in conc.targets.json: bundles may have no wheels for it`,
        hint: `conc check ${settings.name} --record`,
      };
}

export const isUnfit = ({
  findings,
  error,
}: {
  readonly findings: readonly { readonly level: string }[];
  readonly error?: ConcError;
}): boolean => error !== undefined || findings.some(({ level }) => level === 'unfit');

export const checkedJson = ({ node, findings, error }: CheckedNode): object => ({
  ...{ node, findings, error: error?.toJSON() ?? null },
});

/** Lines for a person: what is amiss first, what is well after it. */
export function checkedLines({ node, findings, error }: CheckedNode): string[] {
  if (error !== undefined) return unreachableLines(node, error);
  const unfit = findings.filter(({ level }) => level === 'unfit').length;
  return [`${node} is ${unfit === 0 ? 'fit' : 'not fit to be deployed to'}`, ...findingLines(findings)];
}

export function findingLines(findings: readonly Finding[]): string[] {
  const order = ['unfit', 'warning', 'fit'];
  return findings
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
    .map(({ level, message, hint }) => `  ${mark[level]}${message}${hint === undefined ? '' : `. ${hint}`}`);
}

const mark = { fit: '', warning: 'warning: ', unfit: 'unfit: ' } as const;
