import { indentOf, lower, strip, trimEnd } from './python-text.ts';
import type { Problem, Section, Written } from './types.ts';

export interface Parsed {
  readonly defaults: Section;
  readonly sections: ReadonlyMap<string, Section>;
  readonly problems: readonly Problem[];
}

/**
 * Reads the dialect of Python's `configparser.ConfigParser()`, as of 3.10 to 3.14 (Lib/configparser.py, `_read`): the
 * same sections and raw values. Where Python raises at the first fault, this goes on and collects them all.
 * `file` is the name that problems carry.
 */
export function parseIni(text: string, file: string): Parsed {
  const reader = new Reader(file);
  // Universal newlines, as `open(newline=None)` translates them.
  const lines = text.split(/\r\n|\n|\r/);
  for (const [index, line] of lines.entries()) reader.take(line, index + 1);
  return reader.result();
}

/** A section or an option while its lines are still coming. */
interface OpenSection {
  readonly name: string;
  readonly line: number;
  readonly keys: Map<string, OpenOption>;
}
interface OpenOption {
  readonly key: string;
  readonly spelled: string;
  readonly parts: string[];
  readonly lines: number[];
}

class Reader {
  readonly #file: string;
  readonly #problems: Problem[] = [];
  readonly #sections = new Map<string, OpenSection>();
  #defaults: OpenSection | undefined;
  #section: OpenSection | undefined;
  /** What a more deeply indented line belongs to. */
  #option: OpenOption | undefined;
  /** Of the last header or key; only they set it. */
  #indent = 0;
  #headerMissed = false;

  constructor(file: string) {
    this.#file = file;
  }

  take(line: string, number: number): void {
    const text = strip(line);
    if (text === '') {
      // An empty line belongs to the value above, until the value's end is trimmed.
      this.#continue('', number);
      return;
    }
    if (text.startsWith('#') || text.startsWith(';')) return;
    const indent = indentOf(line);
    if (this.#option && indent > this.#indent) {
      this.#continue(text, number);
      return;
    }
    this.#indent = indent;
    // Greedy: a header ends at the last `]` (Python before 3.10 took the first).
    const header = text.startsWith('[') ? /^\[(.+)\]/s.exec(text)?.[1] : undefined;
    if (header !== undefined) this.#openSection(header, number);
    else if (this.#section) this.#openOption(this.#section, text, number);
    else this.#missHeader(text, number);
  }

  result(): Parsed {
    const sections = [...this.#sections.values()].map((section) => [section.name, closed(section)] as const);
    return {
      defaults: closed(this.#defaults ?? { name: 'DEFAULT', line: 1, keys: new Map() }),
      sections: new Map(sections),
      problems: this.#problems,
    };
  }

  #continue(text: string, number: number): void {
    this.#option?.parts.push(text);
    this.#option?.lines.push(number);
  }

  #openSection(name: string, line: number): void {
    this.#option = undefined;
    if (name === 'DEFAULT') {
      this.#defaults ??= { name, line, keys: new Map() };
      this.#section = this.#defaults;
      return;
    }
    this.#section = { name, line, keys: new Map() };
    const first = this.#sections.get(name);
    if (!first) {
      this.#sections.set(name, this.#section);
      return;
    }
    // Its keys are still read, into a section that nobody gets, so that their own problems are told too.
    this.#problem('config.duplicate-section', line, `this section is there already, at line ${first.line}`, {
      hint: 'Put its keys there, or give it another name',
    });
  }

  #openOption(section: OpenSection, text: string, line: number): void {
    const end = text.search(/[=:]/);
    const spelled = trimEnd(text.slice(0, Math.max(0, end)));
    const option = { key: lower(spelled), spelled, parts: [strip(text.slice(end + 1))], lines: [line] };
    if (end < 0) {
      this.#problem('config.no-delimiter', line, `"${shorten(text)}" is neither a key with a value nor a [section]`, {
        hint: 'Write key = value, or indent the line more deeply if it goes on with the value above',
      });
      // The option above stays open, as Python has it.
      return;
    }
    const first = section.keys.get(option.key);
    if (first) this.#duplicate(option, line, first);
    else section.keys.set(option.key, option);
    if (spelled === '' && !first) {
      this.#problem('config.empty-key', line, `there is no key before the "${text.charAt(end)}"`, {
        hint: 'Write key = value',
      });
    }
    // Python lets nothing continue a value that has no key.
    this.#option = spelled === '' ? undefined : option;
  }

  #duplicate(option: OpenOption, line: number, first: OpenOption): void {
    const same = option.spelled === first.spelled;
    const what = same ? 'this key' : `the same key (as ${first.spelled}: case makes no difference)`;
    this.#problem(
      'config.duplicate-key',
      line,
      `${option.spelled}: ${what} is there already, at line ${first.lines[0]}`,
      {
        hint: 'Remove one of the two',
      },
    );
  }

  #missHeader(text: string, line: number): void {
    if (this.#headerMissed) return;
    this.#headerMissed = true;
    if (text.startsWith('\ufeff')) {
      this.#problem('config.byte-order-mark', line, 'the file begins with a byte order mark', {
        hint: 'Save it as UTF-8 without BOM',
      });
      return;
    }
    this.#problem('config.no-section-header', line, `"${shorten(text)}" stands before any [section]`, {
      hint: 'Put [DEFAULT], or [node NAME], above it',
    });
  }

  #problem(code: string, line: number, message: string, { hint }: { hint: string }): void {
    const source = { file: this.#file, line, section: this.#section?.name ?? '' };
    this.#problems.push({ code, level: 'error', source, message, hint });
  }
}

function closed({ name, line, keys }: OpenSection): Section {
  const written = [...keys.values()].map((option) => [option.key, joined(option, name)] as const);
  return { name, line, keys: new Map(written) };
}

function joined({ key, spelled, parts, lines }: OpenOption, section: string): Written {
  const value = trimEnd(parts.join('\n'));
  // Empty lines at the end went with the trimming.
  const own = parts.length === 1 ? lines : lines.slice(0, value.split('\n').length);
  return { key, spelled, value, section, line: lines[0] ?? 1, lines: own };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
