import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schema } from '../src/config/schema.ts';
import type { KeySpec } from '../src/config/types.ts';
import { commandsPage, renderCommands } from './reference/commands.ts';
import { outcomesPage, renderOutcomes } from './reference/outcomes.ts';

/** Where the page stands. A test compares it with what this script makes. */
export const page: string = join(import.meta.dirname, '..', 'docs', 'reference', 'conc-ini.md');

const chapters: readonly { readonly title: string; readonly prefix: string }[] = [
  { title: 'The node and its application', prefix: '' },
  { title: 'How it is reached: `sshd.…`', prefix: 'sshd.' },
  { title: 'The link: `link.…`', prefix: 'link.' },
  { title: 'Processes: `process.NAME.…`', prefix: 'process.' },
  { title: 'Who runs them: `service.…`', prefix: 'service.' },
  { title: "The machine's own configuration: `etc.…`", prefix: 'etc.' },
  { title: 'nginx: `nginx.…`', prefix: 'nginx.' },
  { title: 'apache2: `apache2.…`', prefix: 'apache2.' },
  { title: 'What cron runs: `cron.NAME.…`', prefix: 'cron.' },
  { title: 'Health: `health.…`', prefix: 'health.' },
  { title: 'Static files: `static.…`', prefix: 'static.' },
  { title: 'Tests: `test.…`', prefix: 'test.' },
  { title: "conc's own checks of a node: `check.…`", prefix: 'check.' },
  { title: 'Confirmation: `confirm.…`', prefix: 'confirm.' },
  { title: 'Venvs: `venv.…`', prefix: 'venv.' },
  { title: 'Wheels: `allow.…`', prefix: 'allow.' },
  { title: 'Locks: `lock.…`', prefix: 'lock.' },
  { title: 'Jobs: `devops.…`', prefix: 'devops.' },
  { title: 'Sudo: `sudo.…`', prefix: 'sudo.' },
];

const prefixes = chapters.flatMap(({ prefix }) => (prefix === '' ? [] : [`\`${prefix}\``])).join(', ');

/** The reference of conc.ini: the dialect in short, and every key of the schema. */
export function renderReference(): string {
  const parts = chapters.map(({ title, prefix }) => {
    const keys = schema.filter(({ key }) => key.slice(0, key.indexOf('.') + 1) === prefix);
    return [`## ${title}`, '', ...keys.flatMap(renderKey)].join('\n');
  });
  return `${[introduction, ...parts].join('\n').trimEnd()}\n`;
}

function renderKey(spec: KeySpec): string[] {
  const { key, meaning, later } = spec;
  const facts = [typeOf(spec), ...(spec.default === undefined ? [] : [`default \`${spec.default}\``])];
  if (spec.identity) facts.push("part of a release's identity");
  if (spec.secret) facts.push('shown as `***`');
  const notYet = later ? ' *Checked, but nothing acts on it yet.*' : '';
  return [`### \`${key}\``, '', `${facts.join(' · ')}`, '', `${meaning}${notYet}`, ''];
}

function typeOf({ type, choices, least, most }: KeySpec): string {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(' or ');
  if (least === undefined) return type === 'names' ? 'names, between commas or on lines' : type;
  return most === undefined ? `${type}, ${least} or more` : `${type}, ${least} to ${most}`;
}

const introduction = `# conc.ini

<!-- Made by scripts/reference.ts from src/config/schema.ts. Change those, then run it. -->

One file of plain data says what each node is. It is read from \`conc.ini\` in the working directory or the nearest folder
above it, or from the file that \`--config FILE\` names.

## The file

The dialect is that of Python's \`configparser.ConfigParser(interpolation=ExtendedInterpolation())\`, of Python 3.10 and
newer: any Python program reads the same file to the same values.

- \`[node NAME]\` is a node, \`[group NAME]\` a set of keys that nodes take, \`[DEFAULT]\` what everybody has. A NAME is of
  \`A-Z a-z 0-9 . _ -\`. Other sections, such as \`[paths]\`, are there to be referred to.
- \`[builder NAME]\` is a machine where wheels are built for targets that this one can't build for: compiled code for another
  architecture, libc or Python. It has only keys that say how it is reached (\`gateway\`, \`sshd.…\`, \`admin\`, \`op_key\`, \`python\`),
  those of DEFAULT too. See \`docs/bundle-format.md\`.
- A node's attributes are DEFAULT's keys, then those of its \`groups\` in the order listed, then its own: later ones win.
- \`key = value\` or \`key: value\`. Case makes no difference in keys. A more deeply indented line belongs to the value above it.
- \`#\` and \`;\` begin a comment only at the beginning of a line. Behind a value they are part of it.
- \`\${key}\` puts in another value of the node, \`\${section:key}\` one of another section, as that section alone would have
  it. \`$$\` is a dollar sign. Values may lead on to others over at most ten steps.
- The file is UTF-8 without a byte order mark.

\`conc check\` tells everything that is wrong with a file at once; \`conc show NODE\` tells what a node's values are, and
which line each came from.

## Keys

The keys below are conc's own. Below ${prefixes} an unknown key is
an error. Every other key is the application's own: its operations get it as it is, and it is part of a release's identity,
so that a changed value makes a new release. \`name\`, \`host\` and \`venv\` are set by conc, and must not be in the file.
`;

if (import.meta.main) {
  writeFileSync(page, renderReference());
  writeFileSync(commandsPage, await renderCommands());
  writeFileSync(outcomesPage, renderOutcomes());
}
