import { namedSection } from '../names.ts';
import type { Config, NodeAttributes, Problem } from '../types.ts';
import { nameProblems, valueProblems } from './attribute.ts';
import { connectionProblems } from './connection.ts';
import { cronProblems } from './cron.ts';
import { developmentServerProblems } from './development-server.ts';
import { drainProblems } from './drain.ts';
import { healthProblems } from './health.ts';
import { processProblems } from './process.ts';
import { secretProblems } from './secrets.ts';
import { singletonProblems } from './singleton.ts';
import { staticProblems } from './static.ts';
import type { NodeView } from './view.ts';

/**
 * Every problem of one node's evaluated attributes: names of keys, types, what is missing, what doesn't go together.
 * `broken`: keys that are written, but could not be evaluated.
 */
export function nodeProblems(
  config: Config,
  { node, attributes }: NodeAttributes,
  broken: ReadonlySet<string> = new Set(),
): Problem[] {
  const header = namedSection(config, 'node', node);
  const view: NodeView = {
    attributes,
    has: (key) => attributes.has(key) || broken.has(key),
    whole: broken.size === 0,
    problem: (code, at, message, hint) => {
      const source = at?.source ?? { file: config.shown, line: header.line, section: header.name };
      return { code, level: 'error', source, message, hint };
    },
  };
  return [
    ...[...attributes.values()].flatMap(({ key, value, source }) => [
      ...nameProblems(key, source),
      ...valueProblems(key, value, source),
    ]),
    ...appProblems(view),
    ...connectionProblems(view),
    ...processProblems(view),
    ...developmentServerProblems(view),
    ...secretProblems(view),
    ...drainProblems(view),
    ...healthProblems(view),
    ...staticProblems(view),
    ...singletonProblems(config, { node, attributes }, view),
    ...cronProblems(view),
  ];
}

function appProblems({ has, problem }: NodeView): Problem[] {
  if (has('app')) return [];
  const hint = 'Write app = NAME, into [DEFAULT] if it is the same everywhere';
  return [problem('config.missing-key', undefined, 'app is missing', hint)];
}
