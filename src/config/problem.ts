import { relative } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';
import { printable } from './printable.ts';
import type { Problem, Source } from './types.ts';

/** A config that can't be used: every problem that was found, each with its place. Exit 2. */
export class ConfigError extends ConcError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly [Problem, ...Problem[]]) {
    const only = problems.length === 1;
    super({
      code: problems[0].code,
      message: only ? `${place(problems[0].source)}${problems[0].message}` : problems.map(problemLine).join('\n'),
      ...(only && problems[0].hint !== undefined ? { hint: problems[0].hint } : {}),
      exit: 2,
    });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Throws what is an error among the problems. */
export function throwErrors(problems: readonly Problem[]): void {
  const [first, ...others] = problems.filter(({ level }) => level === 'error');
  if (first) throw new ConfigError([first, ...others]);
}

/** `conc.ini:14  [node web1]  sshd.prot: no such key. Did you mean sshd.port?` */
export function problemLine({ source, message, hint }: Problem): string {
  return printable(`${place(source)}${message}${hint === undefined ? '' : `. ${hint}`}`);
}

/** In the order of the file; the same problem, met by way of several nodes, once. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((problem) => [`${problem.code} ${problemLine(problem)}`, problem]));
  return [...seen.values()].sort((a, b) => a.source.line - b.source.line);
}

/** The path as it is told: relative to `cwd` where that is shorter. */
export function shownPath(file: string, cwd: string): string {
  const near = relative(cwd, file);
  return near.length < file.length ? near : file;
}

function place({ file, line, section }: Source): string {
  if (line === 0) return `${file}  `;
  return section === '' ? `${file}:${line}  ` : `${file}:${line}  [${section}]  `;
}
