import { ConcError } from '../errors/conc-error.ts';

/**
 * Attributes as an ini of one section, as `configparser.ConfigParser()` reads them back: `%` is doubled, for its
 * interpolation; the lines of a long value are indented. What it could not give back is an error (exit 2).
 */
export function flatIni(section: string, attributes: ReadonlyMap<string, string>): string {
  const lines = [...attributes].flatMap(([key, value]) => {
    const [first = '', ...rest] = value.replaceAll('%', '%%').split('\n');
    const comment = rest.find((line) => /^\s*[#;]/.test(line));
    if (comment !== undefined) throw unreadable(key, comment);
    return [`${key} = ${first}`, ...rest.map((line) => (line === '' ? '' : `    ${line}`))];
  });
  return `[${section}]\n${lines.join('\n')}\n`;
}

function unreadable(key: string, line: string): ConcError {
  return new ConcError({
    code: 'run.ini',
    message: `${key} can't be given in a flat ini: its line "${line.trim()}" would be read as a comment`,
    hint: 'begin that line with something else in conc.ini',
    exit: 2,
  });
}
