import { specOf } from '../keys.ts';
import { quoted } from '../printable.ts';
import { lower, strip, trimEnd } from '../python-text.ts';
import { isSecret, shownValue } from '../secret.ts';
import type { Config, Problem, Section, Written } from '../types.ts';
import type { ValueFault } from '../values.ts';

/** What Python reads otherwise than most people: comments, headers and keys that are part of a value. Warnings. */
export function textProblems(config: Config, section: Section): Problem[] {
  return [...section.keys.values()].flatMap((written) => [
    ...commentsInValue(config, written),
    ...swallowedLines(config, written),
  ]);
}

/** There are no comments behind a value: ` # four` is part of it. */
export function commentFault(value: string): ValueFault | undefined {
  if (!/\s[#;]/.test(value)) return undefined;
  return { what: 'the comment is part of the value', hint: 'Put it on a line of its own' };
}

function commentsInValue(config: Config, written: Written): Problem[] {
  return linesOf(written).flatMap(({ text, line }) => {
    const fault = commentFault(text);
    if (!fault) return [];
    const shown = isSecret(written.key) ? '***' : quoted(shownValue(written.key, text));
    const message = `${written.key} = ${shown}: ${fault.what}`;
    return [warning(config, written, line, 'config.comment-in-value', message, fault.hint)];
  });
}

/** A `[header]` or `key = value` that is indented more deeply than the key above. */
function swallowedLines(config: Config, written: Written): Problem[] {
  const takesPairs = specOf(written.key)?.type === 'lines';
  return linesOf(written)
    .slice(1)
    .flatMap(({ text, line }) => {
      const hint = 'Begin it where the key above begins: a more deeply indented line belongs to the value above';
      if (/^\[[\p{L}\p{N} ._:-]+\]\s*(?:[#;].*)?$/u.test(text)) {
        const message = `${written.key}: the header ${quoted(text)} is part of this value`;
        return [warning(config, written, line, 'config.swallowed-header', message, hint)];
      }
      const end = text.search(/[=:]/);
      const key = lower(trimEnd(text.slice(0, Math.max(0, end))));
      if (takesPairs || key === '' || !specOf(key)) return [];
      const message = `${written.key}: the line ${quoted(text)} is part of this value`;
      return [warning(config, written, line, 'config.swallowed-key', message, hint)];
    });
}

function linesOf({ value, line, lines }: Written): { text: string; line: number }[] {
  return value.split('\n').map((text, index) => ({ text: strip(text), line: lines[index] ?? line }));
}

function warning(
  { shown }: Config,
  { section }: Written,
  line: number,
  code: string,
  message: string,
  hint: string,
): Problem {
  return { code, level: 'warning', source: { file: shown, line, section }, message, hint };
}
