import { whenFault } from '../cron-when.ts';
import { cronName } from '../keys.ts';
import type { Attribute, Problem } from '../types.ts';
import type { NodeView } from './view.ts';

/** What cron runs: each with a time that cron understands, and a command. */
export function cronProblems({ attributes, has, problem }: NodeView): Problem[] {
  const first = new Map<string, Attribute>();
  for (const attribute of attributes.values()) {
    const name = cronName(attribute.key);
    if (name !== undefined && !first.has(name)) first.set(name, attribute);
  }
  return [...first].flatMap(([name, at]) => {
    const missing = ['when', 'command'].filter((key) => !has(`cron.${name}.${key}`));
    const when = attributes.get(`cron.${name}.when`);
    const fault = when && when.value !== '' && !when.value.includes('\n') ? whenFault(when.value) : undefined;
    return [
      ...missing.map((key) =>
        problem('config.missing-key', at, `cron.${name}.${key} is missing`, `Write cron.${name}.${key} = …`),
      ),
      ...(fault === undefined
        ? []
        : [problem('config.bad-value', when, `cron.${name}.when = ${JSON.stringify(when?.value)}: ${fault}`, hint)]),
    ];
  });
}

const hint = 'Write five fields, such as */5 * * * *, or @daily';
