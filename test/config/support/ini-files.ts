import fc from 'fast-check';

/** Blanks of Python's `str.strip`, and two that only JavaScript or nobody takes for blank. */
const blank = fc.constantFrom(
  '',
  '',
  ' ',
  '  ',
  '\t',
  ' \t ',
  '\u00a0',
  '\u3000',
  '\x1c',
  '\x1f',
  '\x85',
  '\x0b',
  '\u2028',
  '\ufeff',
  '\u200b',
);
const indent = fc.constantFrom('', '', '', '', '', ' ', '  ', '    ', '\t', '\u00a0', '\x1d ', '\ufeff');
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '\n\n', '\r\r\n');
const delimiter = fc.tuple(blank, fc.constantFrom('=', '=', ':', '=:', '=='), blank).map((parts) => parts.join(''));
const key = fc.constantFrom(
  'a',
  'A',
  'b',
  'c',
  'groups',
  'two words',
  'ключ',
  'КЛЮЧ',
  'İ',
  'ΟΔΟΣ',
  'οδος',
  'ß',
  'ẞ',
  'Ǆ',
  '[a',
  '${a}',
  '#',
  'a;b',
);
const header = fc.constantFrom(
  'a',
  'b',
  'DEFAULT',
  'default',
  'node n',
  'node m',
  'group g',
  'group h',
  'a]b',
  ' a ',
  'a:b',
  ']',
  'É',
  '#x',
  'a\u2028b',
);
const text = fc.constantFrom(
  '',
  '1',
  'x y',
  '# c',
  ' # c',
  'x ; y',
  '"q"',
  '[a]',
  'k = v',
  '%(a)s',
  '\u2028',
  '\x0b',
  'é',
  '$$',
  '$${a}',
  'g',
  'g, h',
  '}',
);
const reference = fc.constantFrom(
  '${a}',
  '${A}',
  '${b}',
  '${c}',
  '${ КЛЮЧ}',
  '${КЛЮЧ}',
  '${a:a}',
  '${a:b}',
  '${b:c}',
  '${DEFAULT:a}',
  '${node n:a}',
  '${group g:b}',
  '${nowhere:a}',
  '${missing}',
  '${}',
  '${a',
  '${a:b:c}',
  '${:a}',
  '${a:}',
  '$',
  '$a',
  '${two words}',
  '${default:a}',
  '${a]b:a}',
  '${{a}}',
);
const value = fc
  .array(fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: reference }), { maxLength: 4 })
  .map((parts) => parts.join(''));

const headerLine = fc
  .tuple(indent, header, fc.constantFrom('', '', '', ' ', ' # x', ' # ]', 'k = v', ']'))
  .map(([before, name, after]) => `${before}[${name}]${after}`);
const keyLine = fc.tuple(indent, key, delimiter, value, blank).map((parts) => parts.join(''));
const oddLine = fc
  .tuple(
    indent,
    fc.constantFrom('', '', '# note', '; note', '#', 'junk', '[]', '[', ']', '= 1', ': 1', '\ufeff', '\0', '[a', 'x'),
    blank,
  )
  .map((parts) => parts.join(''));

const anyLine = fc.oneof(
  { weight: 2, arbitrary: headerLine },
  { weight: 6, arbitrary: keyLine },
  { weight: 1, arbitrary: oddLine },
);

/** Any lines in any order: most of these files are refused, each for reasons of its own. */
export const wildFile = fc
  .tuple(
    fc.constantFrom('[a]\n', '[a]\n', '[a]\n', '[DEFAULT]\r', '[node n]\r\n', '# note\n', ''),
    fc.array(fc.tuple(anyLine, lineEnd), { maxLength: 16, size: 'large' }),
  )
  .map(([first, lines]) => first + lines.flat().join(''));

const nested = fc
  .tuple(fc.constantFrom(' ', '\t', '      ', '\u3000'), fc.oneof(value, keyLine, headerLine, oddLine))
  .map((parts) => parts.join(''));
const between = fc.constantFrom('', '# note', ' ; note', '  ', '\u00a0');
const plainKey = fc.constantFrom('a', 'B', 'c', 'two words', 'КЛЮЧ', 'ΟΔΟΣ', 'd', 'e');
const goodReference = fc.constantFrom(
  '${a}',
  '${b}',
  '${C}',
  '${d}',
  '${a:a}',
  '${b:B}',
  '${DEFAULT:c}',
  '${group g:a}',
  '${group h:b}',
  '$$',
  'x',
  'y z',
  '-',
  '',
);
const option = fc.tuple(
  plainKey,
  delimiter,
  fc.oneof(
    { weight: 4, arbitrary: fc.array(goodReference, { maxLength: 3 }).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: value },
  ),
  fc.array(fc.oneof(nested, nested, between), { maxLength: 2 }),
);
const groups = fc.option(fc.constantFrom('g', 'h', 'g, h', 'h,\n  g', '', 'g,, h,', 'nope', 'g, g', '${a}'), {
  nil: undefined,
  freq: 3,
});

type Body = [[string, string, string, string[]][], string | undefined];

/** Files that parse: every section and key once. Their values name one another, and nodes take groups. */
export const soundFile = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('DEFAULT', 'a', 'b', 'node n', 'node m', 'group g', 'group h', 'É'), {
      minLength: 1,
    }),
    fc.infiniteStream(
      fc.tuple(fc.uniqueArray(option, { selector: ([name]) => name.toLowerCase(), maxLength: 6 }), groups),
    ),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([names, bodies, end]) => {
    const lines = names.flatMap((name) => {
      const [options, taken]: Body = bodies.next().value ?? [[], undefined];
      const own = options.flatMap(([spelled, sign, first, rest]) => [`${spelled}${sign}${first}`, ...rest]);
      return [`[${name}]`, ...own, ...(taken !== undefined && name.startsWith('node') ? [`groups = ${taken}`] : [])];
    });
    return lines.join('\n').replaceAll('\n', end);
  });

/** Chains of up to 14 values, within a section, across two, or in a ring: Python gives up after ten hops. */
export const chainFile = fc
  .tuple(
    fc.integer({ min: 1, max: 14 }),
    fc.array(fc.constantFrom('here', 'there', 'both', 'dollar', 'end'), { minLength: 14, maxLength: 14 }),
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(13) }),
  )
  .map(([length, ways, ring]) => {
    const last = ring === undefined ? 'end $$' : `\${k${ring % length}}`;
    const keys = Array.from({ length }, (_, index) => {
      const next = `k${index + 1}`;
      const way = ways[index] ?? 'here';
      const forms: Record<string, string> = {
        here: `\${${next}}`,
        there: `\${a:${next}}`,
        both: `\${${next}} \${b:${next}}`,
        end: `\${${next}} \${k${length}}`,
        dollar: `$$\${${next}}`,
      };
      return `k${index} = ${forms[way]}`;
    });
    const section = [...keys, `k${length} = ${last}`].join('\n');
    return `[a]\n${section}\n[b]\n${section}\n[node n]\n${section}\n`;
  });
