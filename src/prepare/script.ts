import { quote } from '../ops/shell.ts';
import { sudoersLines } from './sudo.ts';
import type { Need, Wanted } from './types.ts';

/**
 * Pure: a POSIX shell script that root runs, as often as anybody likes. Without an argument it does what lacks, with `check`
 * it only looks, as whoever runs it. It tells of each need by a line `ID: STATE`: `there`; `lacks`; `doing`, then `done` or `failed`;
 * what else there is to say stands in lines `ID: | TEXT`. The very first is `system: debian|other NAME`.
 * Exit 0: all is there; 1: something lacks or failed; 3: this is neither Debian nor Ubuntu.
 * Cut off anywhere, it does nothing, or one step and no more: what it runs is its last line.
 */
export function scriptOf(wanted: Wanted, needs: readonly Need[]): string {
  const { node, app, user, rules, notes } = wanted;
  return [
    '#!/bin/sh',
    comment(
      `What ${app} needs on ${node}, to be deployed by ${user}. Made by conc prepare. Read it; then, as root there:`,
    ),
    '#   sh THIS          does what lacks; a second run finds nothing to do',
    '#   sh THIS check    tells what lacks, and changes nothing',
    '# It installs, makes and adds. It removes nothing, upgrades nothing, and leaves alone what is there and differs in owner.',
    ...notes.map((note) => comment(`Not in it: ${note}`)),
    '',
    ...PRELUDE,
    ...(rules.length === 0 ? [] : ['', 'rules() {', "  cat <<'END'", ...sudoersLines(wanted), 'END', '}']),
    ...needs.flatMap(needLines),
    '',
    ...RUNNER,
    '',
    ...record(wanted),
    '',
    'main() {',
    '  begin',
    ...needs.map(({ id }) => `  need ${id}`),
    '  finish',
    '}',
    'main',
    '',
  ].join('\n');
}

const needLines = ({ id, what, why, there, make }: Need): string[] => [
  '',
  comment(`${id}: ${what}`),
  ...why.map((reason) => comment(`  ${reason}`)),
  `has_${id}() {`,
  ...body(there),
  '}',
  `make_${id}() {`,
  ...body(make),
  '}',
];

/** A line, whatever is in it. */
const comment = (text: string): string => `# ${text.replace(/\p{Cc}/gu, ' ')}`;

/** Indented, but for what a here-document holds. */
function body(lines: readonly string[]): string[] {
  let inside = false;
  return lines.map((line) => {
    const text = inside ? line : `  ${line}`;
    inside = inside ? line !== 'END' : line.includes("<<'END'");
    return text;
  });
}

const PRELUDE = `set -u
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
mode=\${1:-apply}
cd /

# Is a Debian package installed, or one that provides it?
installed() {
  dpkg-query -W -f '\${db:Status-Status} \${Package} \${Provides}\\n' | sed -n 's/^installed //p' |
    sed 's/([^)]*)//g' | tr ', ' '\\n\\n' | grep -qxF -- "$1"
}
# A command as this user, in their home, with their rights.
as_user() {
  user=$1
  shift
  if [ "$(id -un)" = "$user" ]; then "$@"; else runuser -u "$user" -- env HOME="$(getent passwd "$user" | cut -d: -f6)" "$@"; fi
}`.split('\n');

const RUNNER = `lacking=0
did=
begin() {
  name=$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d '"')
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    echo "system: debian $name"
  else
    echo "system: other \${name:-of an unknown name}"
    exit 3
  fi
  echo "uid: $(id -u)"
  [ "$mode" = check ] || [ "$(id -u)" = 0 ] || { echo 'to be run by root' >&2; exit 1; }
}
tell() { [ -z "$2" ] || printf '%s\\n' "$2" | sed "s/^/$1: | /"; }
need() {
  found=$("has_$1" 2>&1 </dev/null) && { echo "$1: there"; return; }
  if [ "$mode" = check ]; then
    tell "$1" "$found"
    echo "$1: lacks"
    lacking=1
    return
  fi
  echo "$1: doing"
  said=$(set -e; "make_$1" 2>&1 </dev/null)
  code=$?
  if [ "$code" = 0 ] && found=$("has_$1" 2>&1 </dev/null); then
    tell "$1" "$said"
    echo "$1: done"
    did="$did,\\"$1\\""
  else
    tell "$1" "$said"
    tell "$1" "$found"
    echo "$1: failed"
    record "$1"
    exit 1
  fi
}
finish() {
  [ "$mode" = check ] || record
  exit "$lacking"
}`.split('\n');

/** A line of JSON in the machine's own record, where something was done or failed. */
function record({ node, app, user, by }: Wanted): string[] {
  const known = JSON.stringify({ node, app, user, by }).slice(1, -1);
  return [
    '# Who prepared what, and when.',
    'record() {',
    '  [ -d /var/lib/conc ] && [ -n "$did$*" ] || return 0',
    `  known=${quote(known)}`,
    '  failed=null',
    '  [ $# = 0 ] || failed="\\"$1\\""',
    `  printf '{"time":"%s",%s,"did":[%s],"failed":%s}\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$known" "\${did#,}" "$failed" >>/var/lib/conc/prepared.jsonl`,
    '}',
  ];
}
