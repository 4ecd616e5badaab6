// `npm run faults`: the whole fault matrix, and docs/fault-matrix.md from it. Needs root. `-- --cells N --seed S --only FAULT`
// runs a part of it, and leaves the page as it is, unless with `--page`.
import './node-first.ts';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CellResult } from '../test/faults/cell.ts';
import { runMatrix } from '../test/faults/matrix.ts';
import { momentText } from '../test/faults/moments.ts';
import { makeNode } from '../test/faults/node.ts';
import { renderPage } from '../test/faults/page.ts';
import { type RaceResult, race } from '../test/faults/races.ts';
import { makeWorkshop } from '../test/faults/workshop.ts';
import { ensurePackages } from '../test/nodes/packages.ts';

const house = join(import.meta.dirname, '..');
const page: string = join(house, 'docs', 'fault-matrix.md');
const PAIRS = 50;

const { values } = parseArgs({
  options: {
    cells: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    races: { type: 'string', default: String(PAIRS) },
    page: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const cells = Number(values.cells ?? Number.POSITIVE_INFINITY);
const whole = values.cells === undefined && values.only === '' && Number(values.races) === PAIRS;

// Nodes are ended and removed also then.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

const started = Date.now();
console.error(`seed ${seed}`);
// It is started some two thousand times: compiled it takes two thirds of the time, and it is what is published.
execFileSync(process.execPath, [join(house, 'scripts/build.ts')], { cwd: house, stdio: 'inherit' });
process.env.CONC_TEST_MAIN = join(house, 'dist/cli/main.js');
await ensurePackages();
await using workshop = await makeWorkshop();
const [races, results] = await Promise.all([
  Number(values.races) === 0 ? null : raced(Number(values.races)),
  runMatrix(workshop, { seed, cells, only: new RegExp(values.only), stop: stop.signal, tell }),
]);
const seconds = (Date.now() - started) / 1000;
const text = renderPage({ seed, results, races, seconds });
if (values.page || (whole && !stop.signal.aborted)) writeFileSync(page, text);
console.log(text);
const failed = results.filter(({ problems }) => problems.length > 0).length + (races?.problems.length ?? 0);
console.log(`${results.length} cells, ${failed} failed, seed ${seed}, ${Math.round(seconds)} s`);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;

function tell({ cell, struck, end, problems, seconds: took }: CellResult): void {
  const what = `${cell.number} ${cell.fault.name}, ${momentText(cell.moment)}: ${struck} → ${end}, ${took.toFixed(1)} s`;
  console.error(problems.length === 0 ? `ok   ${what}` : `FAIL ${what}\n     ${problems.join('\n     ')}`);
}

async function raced(pairs: number): Promise<RaceResult> {
  const service = 'none';
  await using one = await makeNode(workshop, { name: 'race', service });
  const other = await makeNode(workshop, { name: 'race-other', service, root: one.root });
  return await race(one, other, pairs);
}
