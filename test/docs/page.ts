import { readFileSync } from 'node:fs';

/** What a reader is asked to do on a page, in order: make a file, or type a command and see what comes. */
export type Step =
  | { readonly kind: 'file'; readonly line: number; readonly path: string; readonly text: string }
  | { readonly kind: 'command'; readonly line: number; readonly command: string; readonly shown: readonly string[] };

const FENCE = /^(`{3,})\s*([\w-]*)\s*(\S*)\s*$/;

/**
 * The steps of a page. A fenced `console` block holds commands (`$ …`, gone on with `> …`) and what they print; a block
 * with a path behind its language (`ini conc.ini`) is that file. Other blocks are there to be read.
 */
export function stepsOf(file: string): Step[] {
  return blocksOf(readFileSync(file, 'utf8')).flatMap(({ language, path, line, lines }): Step[] => {
    if (language === 'console') return commandsOf(lines, line);
    return path === '' ? [] : [{ kind: 'file', line, path, text: `${lines.join('\n')}\n` }];
  });
}

interface Block {
  readonly language: string;
  readonly path: string;
  /** Of its first line of text, from 1 on. */
  readonly line: number;
  readonly lines: readonly string[];
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; language: string; path: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [, fence = '', language = '', path = ''] = FENCE.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== '') open = { fence, language, path, line: index + 2, lines: [] };
    } else if (line === open.fence) {
      blocks.push(open);
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`the block at line ${open.line} has no end`);
  return blocks;
}

function commandsOf(lines: readonly string[], first: number): Step[] {
  const commands: { kind: 'command'; line: number; command: string; shown: string[] }[] = [];
  for (const [index, line] of lines.entries()) {
    const last = commands.at(-1);
    if (line.startsWith('$ '))
      commands.push({ kind: 'command', line: first + index, command: line.slice(2), shown: [] });
    else if (last === undefined) throw new Error(`line ${first + index}: output of no command`);
    else if (line.startsWith('> ') && last.shown.length === 0) last.command += `\n${line.slice(2)}`;
    else last.shown.push(line);
  }
  return commands;
}

/**
 * Does what came look like what is shown? `…` stands for anything in a line, a line of it alone for any lines; how many
 * blanks keep columns apart makes no difference.
 */
export function looksLike(shown: readonly string[], came: string): boolean {
  const lines = shown.map((line) =>
    line.trim() === '…' ? '(?:.*\n)*?' : `${columns(line).split('…').map(escaped).join('.*')}\n`,
  );
  const text = came === '' || came.endsWith('\n') ? came : `${came}\n`;
  return new RegExp(`^${lines.join('')}$`).test(text.split('\n').map(columns).join('\n'));
}

const columns = (line: string): string => line.trimEnd().replaceAll(/ {2,}/g, '  ');
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
