import { ConcError } from '../../errors/conc-error.ts';
import { normalizeName } from './names.ts';
import { parseSpecifier, satisfies } from './specifier.ts';

/** The environment that a marker is asked in: PEP 508's variables, and what extras and dependency groups were chosen (PEP 751). */
export interface MarkerEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  readonly extras?: readonly string[];
  readonly groups?: readonly string[];
}

type Operand = { readonly variable: string } | { readonly text: string };
type Marker =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Marker[] }
  | { readonly kind: 'compare'; readonly left: Operand; readonly operator: string; readonly right: Operand };

/** Is a PEP 508 marker true in an environment? Throws ConcError `marker.invalid` for one that is malformed. */
export function evaluateMarker(marker: string, environment: MarkerEnvironment): boolean {
  return holds(parse(marker), environment);
}

const token =
  /\s*(?:(\(|\)|===|==|~=|!=|<=|>=|<|>|not\s+in\b|in\b|and\b|or\b)|"([^"]*)"|'([^']*)'|([a-z_]+(?:\.[a-z_]+)?)\b)/y;

const known = new Set([
  ...['python_version', 'python_full_version', 'os_name', 'sys_platform', 'platform_release', 'platform_system'],
  ...['platform_version', 'platform_machine', 'platform_python_implementation', 'implementation_name'],
  ...['implementation_version', 'extra', 'extras', 'dependency_groups'],
]);

/** Spellings of older days that PEP 508 still takes. */
const aliases: Readonly<Record<string, string>> = {
  'os.name': 'os_name',
  'sys.platform': 'sys_platform',
  'platform.version': 'platform_version',
  'platform.machine': 'platform_machine',
  'platform.python_implementation': 'platform_python_implementation',
  python_implementation: 'platform_python_implementation',
};

const compared = new Set(['python_version', 'python_full_version', 'implementation_version', 'platform_release']);

function parse(marker: string): Marker {
  const tokens = tokenize(marker);
  let at = 0;
  const whole = disjunction();
  if (at < tokens.length) throw invalid(marker);
  return whole;

  function disjunction(): Marker {
    return chain('or', () => chain('and', atom));
  }

  function chain(kind: 'and' | 'or', next: () => Marker): Marker {
    const parts = [next()];
    while (isSymbol(tokens[at], kind)) {
      at += 1;
      parts.push(next());
    }
    const [only, ...more] = parts;
    return only !== undefined && more.length === 0 ? only : { kind, parts };
  }

  function atom(): Marker {
    if (!isSymbol(tokens[at], '(')) return comparison();
    at += 1;
    const inner = disjunction();
    if (!isSymbol(tokens[at], ')')) throw invalid(marker);
    at += 1;
    return inner;
  }

  function comparison(): Marker {
    const [left, operator, right] = [tokens[at], tokens[at + 1], tokens[at + 2]];
    at += 3;
    if (left === undefined || right === undefined || operator === undefined) throw invalid(marker);
    if ('symbol' in left || 'symbol' in right || !('symbol' in operator)) throw invalid(marker);
    if (['(', ')', 'and', 'or'].includes(operator.symbol)) throw invalid(marker);
    if ('variable' in left === 'variable' in right) throw invalid(marker);
    return { kind: 'compare', left, operator: operator.symbol, right };
  }

  function isSymbol(next: Operand | { readonly symbol: string } | undefined, symbol: string): boolean {
    return next !== undefined && 'symbol' in next && next.symbol === symbol;
  }
}

function tokenize(marker: string): (Operand | { readonly symbol: string })[] {
  const tokens: (Operand | { readonly symbol: string })[] = [];
  let at = 0;
  while (marker.slice(at).trim() !== '') {
    token.lastIndex = at;
    const match = token.exec(marker);
    if (match === null) throw invalid(marker);
    at = token.lastIndex;
    const [, symbol, double, single, word] = match;
    if (symbol !== undefined) tokens.push({ symbol: symbol.replace(/\s+/, ' ') });
    else if (word === undefined) tokens.push({ text: double ?? single ?? '' });
    else {
      const variable = aliases[word] ?? word;
      if (!known.has(variable)) throw invalid(marker);
      tokens.push({ variable });
    }
  }
  return tokens;
}

function holds(marker: Marker, environment: MarkerEnvironment): boolean {
  switch (marker.kind) {
    case 'and':
      return marker.parts.every((part) => holds(part, environment));
    case 'or':
      return marker.parts.some((part) => holds(part, environment));
    case 'compare':
      return compare(marker.left, marker.operator, marker.right, environment);
  }
}

function compare(left: Operand, operator: string, right: Operand, environment: MarkerEnvironment): boolean {
  const variable = 'variable' in left ? left.variable : 'variable' in right ? right.variable : '';
  if (variable === 'extras' || variable === 'dependency_groups') {
    const chosen = (variable === 'extras' ? environment.extras : environment.groups) ?? [];
    const member = 'text' in left && chosen.some((name) => normalizeName(name) === normalizeName(left.text));
    return operator === 'in' ? member : !member;
  }
  const [a, b] = [meaning(left, environment), meaning(right, environment)];
  if (variable === 'extra') return compareText(normalizeName(a), operator, normalizeName(b));
  if (compared.has(variable) && parseSpecifier(`${operator}${b}`) !== null && !operator.endsWith('in')) {
    return satisfies(a, `${operator}${b}`) ?? false;
  }
  return compareText(a, operator, b);
}

function meaning(operand: Operand, { variables, extras }: MarkerEnvironment): string {
  if ('text' in operand) return operand.text;
  const value = operand.variable === 'extra' ? (extras?.[0] ?? '') : (variables[operand.variable] ?? '');
  // A Python built from a checkout calls itself `3.13.0+`: read as a local version of it, as `packaging` does.
  return operand.variable === 'python_full_version' && value.endsWith('+') ? `${value}local` : value;
}

/** As `packaging` reads the specification since 24: order has no meaning for texts, so `<` and `>` never hold. */
function compareText(a: string, operator: string, b: string): boolean {
  switch (operator) {
    case 'in':
      return b.includes(a);
    case 'not in':
      return !b.includes(a);
    case '!=':
      return a !== b;
    case '==':
    case '===':
    case '<=':
    case '>=':
      return a === b;
    default:
      return false;
  }
}

function invalid(marker: string): ConcError {
  return new ConcError({
    code: 'marker.invalid',
    message: `"${marker}" is not an environment marker as PEP 508 has them`,
    hint: 'If it stands in pylock.toml, make that file again: conc lock',
    exit: 2,
  });
}
