/** Text for a terminal: control characters, which could move the cursor or worse, are shown as `\x1b`. Line feeds and tabs stay. */
export function printable(text: string): string {
  return text.replace(/[^\n\t\P{Cc}]/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A value in a message: quoted, on one line, not longer than 60 characters. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}
