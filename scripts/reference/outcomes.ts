import { join } from 'node:path';
import type { ChangeRecord, ReleaseRecord } from '../../src/release/types.ts';
import type { Outcome } from '../../src/report/events.ts';
import { exits } from '../../src/report/exit.ts';
import type { Status } from '../../src/sequence/types.ts';

/** Where the page stands. A test compares it with what this module makes. */
export const outcomesPage: string = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'outcomes.md');

const outcomes: Readonly<Record<Outcome, string>> = {
  proven: 'The release serves, and was seen to be healthy.',
  done: 'Every job was done. The sequence is of the application’s own and switches nothing.',
  stopped: 'There was nothing to do: this release serves already.',
  abandoned: 'The change was given up, and what it had done is undone.',
  undone: 'Something failed after the switch. The former release serves again, and was seen to be healthy.',
  failed: 'A job failed before the switch. Nothing that serves was touched.',
  broken: 'The undo did not come to a good end either. What is true now is said in words.',
  error: 'Nothing was started: the node was not reached, or its key was refused or has changed.',
  lost: 'The connection was lost in mid-change. What the node does then is said in words; `conc continue` goes along with it, `conc status --follow` shows it.',
  blocked: 'Another change is there, or the node does not meet a need. Nothing was changed.',
  halted: 'Halted after a job, by `--until` or by Ctrl-C. Go on with `conc continue`, or give up with `conc abandon`.',
  untouched: 'Not begun, because a node before it did not come to a good end.',
};

const statuses: Readonly<Record<Status, string>> = {
  OK: 'It did what it is there for.',
  STOPPED: 'There was nothing to do. The change goes on.',
  FAILED: "The job's own verdict: this is not right.",
  ERROR: 'It could not be carried out.',
  'TIMED OUT': 'Its limit passed.',
  BLOCKED: 'A lock or a need of the node says no.',
};

const releases: Readonly<Record<ReleaseRecord['state'] | 'current', string>> = {
  current: 'It serves: `current` points at it.',
  proven: 'It was switched to, tested and healthy once. A rollback goes to such releases only.',
  unproven: 'Installed, and never confirmed.',
  failed: 'It was switched to, and was not healthy. The last one is kept to be looked at.',
};

const changes: Readonly<Record<ChangeRecord['state'], string>> = {
  running: 'An agent works on the node. Any other change is blocked.',
  halted: 'It waits, on purpose, after a job.',
  interrupted: 'Nobody works on it any more: the controller, the link or the node went away.',
};

/** The words that changes are described with, and the exit codes that they lead to. */
export const renderOutcomes = (): string => `# Outcomes and exit codes

<!-- Made by scripts/reference.ts from scripts/reference/outcomes.ts and src/report/exit.ts. Change those, then run it. -->

## Exit codes

| code | meaning |
| --- | --- |
| 0 | All is well. Warnings don't count |
| 1 | The change did not succeed, a node was not reached, or a check of nodes found something |
| 2 | Wrong usage, config or project. Nothing was started |
| 3 | Blocked: a change is there already, or a node does not meet a need |
| 4 | Incomplete: halted, by \`--until\` or by hand |

Over several nodes: the first of 1, 3, 4, 0 that occurred.

## What a change of a node comes to

The last lines of \`conc deploy --json\`, and \`conc log\`, use these words.

| outcome | exit code | meaning |
| --- | --- | --- |
${rows(withExits())}

## What a job comes to

| status | meaning |
| --- | --- |
${rows(statuses)}

A status that is neither OK nor STOPPED ends the change. Before the switch that is \`failed\`; from the switch to the confirmation it is
undone; after the confirmation it is a warning, and the release stays \`proven\`.

## What a release is

A release is an installed bundle on a node. Its id, such as \`r42-c21e88b0\`, is a running number and eight digits of a hash over the bundle's
id, the attributes that make the application what it is, and the interpreter. The same hash again is the same release, and is not
installed twice. \`conc releases\` lists them:

| state | meaning |
| --- | --- |
${rows(releases)}

\`conc deploy\` removes what is too old at its end: \`keep\` says how many proven releases stay. Never removed are the current release, the last
failed one, and a release that a process still runs.

## What a change in progress is

\`conc status\` tells it.

| state | meaning |
| --- | --- |
${rows(changes)}
`;

/** Each meaning with its exit code before it, as two cells. */
function withExits(): Record<string, string> {
  const codes: Readonly<Record<string, number>> = exits;
  return Object.fromEntries(Object.entries(outcomes).map(([word, meaning]) => [word, `${codes[word]} | ${meaning}`]));
}

function rows(meanings: Readonly<Record<string, string>>): string {
  return Object.entries(meanings)
    .map(([word, meaning]) => `| ${word} | ${meaning} |`)
    .join('\n');
}
