import { readFileSync } from 'node:fs';

/** One line of /proc/self/mountinfo (proc(5)). */
export interface Mount {
  readonly point: string;
  /** `fuse.sshfs` */
  readonly type: string;
  /** `deploy@web1:/srv/shop/change` */
  readonly source: string;
}

/** What is mounted at a folder, named by its real path; of several, the last, which hides the others. */
export function mountedAt(folder: string): Mount | undefined {
  return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8')).findLast(({ point }) => point === folder);
}

export function parseMounts(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [type = '', source = ''] = after.split(' ');
      return { point: unescaped(before.split(' ')[4] ?? ''), type, source: unescaped(source) };
    });
}

/** Blanks, tabs, newlines and backslashes stand in it as `\040` and so on, byte by byte. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
