// `npm run bench`: conc beside its peers, in one run, and docs/performance.md from it. `-- --only 'one-node|start' --pairs 5` runs a part, `-- --quick`
// a little of everything, to try the harness: both print the page, and leave the file as it is, unless with `--page FILE`.
import './node-first.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { makeGround } from '../bench/ground/ground.ts';
import { growths } from '../bench/growth/growths.ts';
import { stop } from '../bench/measure/command.ts';
import { describeMachine } from '../bench/measure/machine.ts';
import { takeTurns } from '../bench/measure/take-turns.ts';
import { describeVersions } from '../bench/measure/versions.ts';
import { renderPage } from '../bench/report/page.ts';
import { plot } from '../bench/report/plot.ts';
import { rows } from '../bench/rows/rows.ts';
import type { Growth, Outcome } from '../bench/types.ts';

const house = join(import.meta.dirname, '..');
const ROUNDS = 9;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    pairs: { type: 'string' },
    quick: { type: 'boolean', default: false },
    page: { type: 'string' },
  },
});
const only = new RegExp(`^(${values.only === '' ? '.*' : values.only})$`);
const rounds = Number(values.pairs ?? (values.quick ? 1 : ROUNDS));
const whole = values.only === '' && rounds >= ROUNDS && !values.quick;

// What was begun is ended, and taken away, also then; a second signal changes nothing.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort());

const began = Date.now();
const outcomes: Outcome[] = [];
const grown: Growth[] = [];
let failed = 0;
const [load = 0] = loadavg();
await using ground = await makeGround(house, values.quick);
// Of a whole run everything takes part, also of one that is ended early.
const describe = async () => ({
  machine: await describeMachine(ground.places),
  versions: await describeVersions(ground),
});
const about = whole ? await describe() : undefined;
for (const { name, make, rounds: enough = rounds } of rows.filter((each) => only.test(each.name))) {
  await tried(name, async () => {
    await using row = await make(ground);
    const least = values.pairs === undefined && !values.quick ? enough : rounds;
    outcomes.push(await takeTurns(name, row, { rounds: least, flushes: !values.quick, tell }));
  });
}
for (const maker of growths.filter((each) => only.test(each.name))) {
  await tried(maker.name, async () => {
    grown.push({ maker, curves: await maker.measure(ground) });
  });
}

// What was measured before it was ended is not lost, and does not take the place of a whole run's page.
const part = join(house, '.bench/performance.md');
const page = values.page ?? (whole ? (stop.signal.aborted ? part : join(house, 'docs/performance.md')) : null);
if (whole || !stop.signal.aborted) await report();
else process.exitCode = 1;

async function report(): Promise<void> {
  const text = renderPage({
    ...(about ?? (await describe())),
    ...{ outcomes, growths: grown, rounds },
    caution: cautionFor(),
    plotOf: (name) => `${plots()}/${name}.svg`,
  });
  if (page !== null && outcomes.length + grown.length > 0) {
    await mkdir(join(dirname(page), plots()), { recursive: true });
    for (const { maker, curves } of grown) {
      const words = { title: maker.title, across: maker.of, up: maker.unit };
      await writeFile(join(dirname(page), plots(), `${maker.name}.svg`), plot(curves, words));
    }
    await writeFile(page, text);
    tell(`Written: ${relative(process.cwd(), page)}`);
  } else {
    console.log(text);
  }
  tell(`${outcomes.length + grown.length} measured, ${failed} failed, ${Math.round((Date.now() - began) / 1000)} s`);
  process.exitCode = failed > 0 || stop.signal.aborted || outcomes.length + grown.length === 0 ? 1 : 0;
}

/** One that can't be measured is told, and the others go on. */
async function tried(name: string, measure: () => Promise<void>): Promise<void> {
  if (stop.signal.aborted) return;
  try {
    await measure();
  } catch (error) {
    failed += 1;
    tell(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function cautionFor(): string | null {
  if (!whole) return 'A part of a run, to try the harness: not figures to rely on.';
  if (stop.signal.aborted) return 'The run was ended before all was measured: rows are missing.';
  if (failed > 0) return `${failed} rows could not be measured, and are missing.`;
  if (load > availableParallelism() / 2)
    return `The machine was busy with other work (load ${load.toFixed(1)}): not figures to rely on.`;
  return null;
}

/** A folder beside the page, of its name. */
function plots(): string {
  return basename(page ?? 'performance.md', '.md');
}

function tell(line: string): void {
  console.error(line);
}
