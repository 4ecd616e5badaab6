import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { quote } from '../ops/shell.ts';
import type { Need, Wanted } from './types.ts';

/** The program that places files as root, and what sudo allows who deploys. */
export const sudoNeeds = (wanted: Wanted): Need[] => [...programNeed(wanted), ...rulesNeed(wanted)];

function programNeed({ program }: Wanted): Need[] {
  if (program === null) return [];
  const { path, bytes } = program;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const folder = path.slice(0, path.lastIndexOf('/'));
  const packed =
    gzipSync(bytes, { level: 9 })
      .toString('base64')
      .match(/.{1,120}/g) ?? [];
  return [
    {
      id: 'program',
      what: `${path}, of root`,
      why: ['it places files in /etc and units: what sudo has to allow is this one command (docs/security.md)'],
      there: [
        `echo '${sha256}  ${path}' | sha256sum -c --status && [ -n "$(find ${path} -maxdepth 0 -type f -uid 0 -perm 755)" ]`,
      ],
      make: [
        `install -d -o root -g root -m 0755 ${folder}`,
        `base64 -d <<'END' | gzip -d >${folder}/.place`,
        ...packed,
        'END',
        `echo '${sha256}  ${folder}/.place' | sha256sum -c --status`,
        `chmod 0755 ${folder}/.place`,
        `mv -f ${folder}/.place ${path}`,
      ],
    },
  ];
}

function rulesNeed(wanted: Wanted): Need[] {
  const { rules, user, app } = wanted;
  if (rules.length === 0) return [];
  // sudo reads no file whose name has a dot: sudoers(5), "@includedir".
  const file = `/etc/sudoers.d/conc-${app.replace(/[^\w-]/g, '_')}`;
  const asked = rules.flatMap(({ runAs, asked: commands }) =>
    commands.map((argv) => `"$sudo" -n -u ${quote(runAs)} -l -- ${argv.map(quote).join(' ')} >/dev/null`),
  );
  const rights = `[ "$(stat -c '%a %u' ${file})" = '440 0' ]`;
  return [
    {
      id: 'sudo',
      what: `${file}: what sudo allows ${user}, without a password`,
      why: rules.flatMap(({ runAs, commands }) => commands.map((one) => `as ${runAs}: ${one}`)),
      there: [
        // Root alone can read the file; sudo itself tells anybody what they may.
        `if [ "$(id -u)" = 0 ]; then rules | cmp -s - ${file} && ${rights}`,
        ...(asked.length === 0
          ? []
          : [
              `elif [ "$(id -un)" = ${quote(user)} ]; then sudo=$(command -v sudo || command -v sudo-rs) && ${asked.join(' && ')}`,
            ]),
        'else echo "only root can see it"; false; fi',
      ],
      make: [
        'check=$(command -v visudo || command -v visudo-rs)',
        'new=$(mktemp /etc/sudoers.d/.conc.XXXXXX)',
        'rules >"$new"',
        'chmod 0440 "$new"',
        '"$check" -c -q -f "$new" || { rm -f "$new"; false; }',
        `mv -f "$new" ${file}`,
      ],
    },
  ];
}

/** The file's lines. */
export function sudoersLines({ rules, notes, user, app }: Wanted): string[] {
  return [
    `# What sudo allows ${user} for ${app}, and no more. Written by conc prepare, which writes it anew.`,
    '# Who may have files placed in /etc by root is root in effect: see docs/security.md of conc.',
    ...notes.map((note) => `# ${note.replace(/\p{Cc}/gu, ' ')}`),
    ...rules.map(({ runAs, commands }) => `${user} ALL=(${runAs}) NOPASSWD: ${commands.join(', ')}`),
  ];
}
