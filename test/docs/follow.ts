import { join } from 'node:path';
import { looksLike, stepsOf } from './page.ts';
import type { Reader } from './reader.ts';

/** Follows a page of docs/, and tells where it first promises something else than comes; null: nowhere. */
export async function firstFault(
  reader: Reader,
  page: string,
  changed: (text: string) => string = (text) => text,
): Promise<string | null> {
  const steps = stepsOf(join('docs', page));
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'file') {
      await reader.writes(changed(step.path), changed(step.text));
      continue;
    }
    const { code, text } = await reader.types(changed(step.command));
    const shown = step.shown.map(changed);
    // A page that shows what `echo $?` says expects a failure.
    const next = steps[index + 1];
    const expected = next?.kind === 'command' && next.command === 'echo $?' ? Number(next.shown[0]) : 0;
    if (code === expected && (shown.length === 0 || looksLike(shown, text))) continue;
    return `docs/${page}:${step.line}\n$ ${step.command}\n${text}(exit code ${code})\nis shown as\n${shown.join('\n')}`;
  }
  return null;
}
