import { processName } from '../keys.ts';
import type { Problem } from '../types.ts';
import { isYes } from '../values.ts';
import type { NodeView } from './view.ts';

/** While one drains, two are there: not for what listens, nor for what must be alone; and a service manager kills it in time. */
export function drainProblems({ attributes, problem }: NodeView): Problem[] {
  return [...attributes.values()].flatMap((drain) => {
    const name = processName(drain.key);
    if (name === undefined || !drain.key.endsWith('.drain') || !isYes(drain.value)) return [];
    const listen = attributes.get(`process.${name}.listen`);
    const singleton = attributes.get(`process.${name}.singleton`);
    const service = attributes.get('service');
    const problems: Problem[] = [];
    const isSystem = attributes.get('service.scope')?.value === 'system';
    if (service?.value === 'initscript' || (service?.value === 'supervisord' && isSystem)) {
      const where = isSystem ? "under the system's supervisor" : 'where init scripts run';
      const message = `${drain.key}: nobody looks after what ends beside its successor ${where}`;
      const hint = `Remove it: process.${name}.stop_timeout says how long it may take, and the deploy waits`;
      problems.push(problem('config.drain', drain, message, hint));
    }
    if (listen !== undefined) {
      const message = `${drain.key}: it listens, and hands its socket to the next one`;
      problems.push(problem('config.drain', drain, message, 'Remove it: a server ends its requests anyway'));
    }
    if (isYes(singleton?.value ?? 'no')) {
      const message = `${drain.key}: the new one starts beside the old one, and ${singleton?.key} wants it alone`;
      problems.push(problem('config.drain', drain, message, 'Remove one of the two'));
    }
    return problems;
  });
}
