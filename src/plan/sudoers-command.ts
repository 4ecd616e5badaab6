/** What sudoers(5) takes for its own in a command, unless a backslash is before it. */
const SPECIAL = /[,:=#]/;
/** What is a pattern to it. */
const PATTERN = /[*?[\]!^]/;

/**
 * A command as shell words → as a file of sudoers has it; null: a quote does not end, or its program has no full path.
 * `*`, `?` and `[…]` are patterns where they stand outside quotes, as in a shell. Without arguments it is allowed without any.
 */
export function sudoersCommand(text: string): string | null {
  let written = '';
  let quote = '';
  const command = text.trim();
  for (let index = 0; index < command.length; index += 1) {
    const char = command.charAt(index);
    if (char === '\n') return null;
    if (char === '\\' && quote !== "'") {
      index += 1;
      const next = command.charAt(index);
      if (next === '') return null;
      written += quote === '"' && next !== '"' && next !== '\\' ? literal('\\') + literal(next) : literal(next);
    } else if (char === quote) quote = '';
    else if (quote !== '') written += literal(char);
    else if (char === "'" || char === '"') {
      quote = char;
      // An empty word: sudoers' own sign for "no arguments".
      if (command.charAt(index + 1) === char) written += '""';
    } else written += SPECIAL.test(char) ? `\\${char}` : char.replace('\t', ' ');
  }
  if (quote !== '' || !/^(?:\/|sudoedit \/)/.test(written)) return null;
  return written.replace(/(?<!\\) +/g, ' ').replace(/^\S+$/, '$& ""');
}

function literal(char: string): string {
  // Two for sudoers, of which each needs one for its patterns.
  if (char === '\\') return '\\\\\\\\';
  return SPECIAL.test(char) || PATTERN.test(char) || /\s/.test(char) ? `\\${char}` : char;
}
