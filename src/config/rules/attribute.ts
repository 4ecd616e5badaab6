import { keyFault, specOf } from '../keys.ts';
import { quoted } from '../printable.ts';
import type { Problem, Source } from '../types.ts';
import { valueFault } from '../values.ts';
import { commentFault } from './text.ts';

/** What is wrong with the name of a key of a node, a group or DEFAULT. */
export function nameProblems(key: string, source: Source): Problem[] {
  const fault = keyFault(key);
  return fault
    ? [{ code: fault.code, level: fault.level, source, message: `${key}: ${fault.what}`, hint: fault.hint }]
    : [];
}

/** What is wrong with an evaluated value of conc's own keys. */
export function valueProblems(key: string, value: string, source: Source): Problem[] {
  const spec = specOf(key);
  const fault = spec && valueFault(spec, value);
  if (!fault) return [];
  const comment = commentFault(value);
  const { what, hint } = comment ?? fault;
  const code = comment ? 'config.comment-in-value' : 'config.bad-value';
  const shown = spec.secret ? '***' : quoted(value);
  return [{ code, level: 'error', source, message: `${key} = ${shown}: ${what}`, hint }];
}
