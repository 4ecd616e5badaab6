import { execFileSync } from 'node:child_process';
import { release } from 'node:os';
import type { CellResult } from './cell.ts';
import { JOBS, momentColumn, momentText } from './moments.ts';
import type { RaceResult } from './races.ts';

export interface MatrixResult {
  readonly seed: number;
  readonly results: readonly CellResult[];
  readonly races: RaceResult | null;
  readonly seconds: number;
}

const COLUMNS = [...JOBS, 'at random', 'all the time'];

/** docs/fault-matrix.md, from a run. */
export function renderPage({ seed, results, races, seconds }: MatrixResult): string {
  const failed = results.filter(({ problems }) => problems.length > 0);
  const faults = [...new Set(results.map(({ cell }) => cell.fault.name))];
  return [
    '# The fault matrix',
    '',
    'Made by `npm run faults`, which does all of this for real. Not edited by hand.',
    '',
    `**${results.length} cells, ${results.length - failed.length} passed, ${failed.length} failed.** Seed ${seed} · ${Math.round(seconds / 60)} minutes · ${versions()}`,
    '',
    `${results.filter(({ struck }) => struck === 'too late').length} of the faults came when there was nothing left to strike; they are counted with the rest.`,
    '',
    'A cell is one fault at one moment of a deploy: a small web application in two processes under supervisord goes from one release to',
    'the next while clients ask it without a pause. A cell passes where no request failed, every answer came from the former or the new',
    'release whole, the node came by itself to an end that was written down before (`test/faults/expected.ts`), `current` is whole,',
    '`conc status` and the exit code say what is so, the command that conc tells to go on with leads to a node without a change, the next deploy',
    'works, and no process, lock or folder is left over.',
    '',
    `| fault | ${COLUMNS.join(' | ')} |`,
    `| --- |${COLUMNS.map(() => ' ---: |').join('')}`,
    ...faults.map((fault) => row(fault, results)),
    '',
    ...endings(faults, results),
    ...(races === null ? [] : ['## Two controllers at once', '', racesText(races), '']),
    ...(failed.length === 0 ? [] : ['## What failed', '', ...failed.map(failure), '']),
  ].join('\n');
}

function row(fault: string, results: readonly CellResult[]): string {
  const cells = COLUMNS.map((column) => {
    const here = results.filter(({ cell }) => cell.fault.name === fault && momentColumn(cell.moment) === column);
    const passed = here.filter(({ problems }) => problems.length === 0).length;
    return here.length === 0 ? '' : passed === here.length ? `${passed}` : `**${passed} of ${here.length}**`;
  });
  return `| ${fault} | ${cells.join(' | ')} |`;
}

/** What the cells came to by themselves, counted. */
function endings(faults: readonly string[], results: readonly CellResult[]): string[] {
  const ends = [...new Set(results.map(({ end }) => end))].toSorted();
  const line = (fault: string): string => {
    const own = results.filter(({ cell }) => cell.fault.name === fault);
    return `| ${fault} | ${ends.map((end) => own.filter((one) => one.end === end).length || '').join(' | ')} |`;
  };
  return [
    '## What it came to',
    '',
    'By itself, before anybody went on: which release serves, and whether a change waits for `conc continue` or `conc abandon`.',
    '',
    `| fault | ${ends.join(' | ')} |`,
    `| --- |${ends.map(() => ' ---: |').join('')}`,
    ...faults.map(line),
    '',
  ];
}

const racesText = ({ pairs, blocked, after, problems }: RaceResult): string =>
  `${pairs} pairs of controllers deployed different bundles to one root at the same moment: ${blocked} times the second was BLOCKED, ` +
  `${after} times it went after the first. The history is one sequence without a hole${problems.length === 0 ? '.' : `: ${problems.join('; ')}`}`;

const failure = ({ cell, struck, end, problems }: CellResult): string =>
  `- cell ${cell.number}: ${cell.fault.name}, ${momentText(cell.moment)} (${struck}; came to ${end}): ${problems.join('; ')}`;

const versions = (): string =>
  `Node.js ${process.versions.node}, ${execFileSync('/usr/bin/python3', ['--version'], { encoding: 'utf8' }).trim()}, Linux ${release()}`;
