// Reads a conc.ini and evaluates every node of it, once, in a process that has done nothing else: `parse-and-evaluate.ts DIST FILE`.
// Prints the milliseconds that it took and the number of lines. The compiled program, as it is published.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { evaluate } from '../../src/config/evaluate.ts';
import type { loadConfig } from '../../src/config/load.ts';
import type { nodeNames } from '../../src/config/nodes.ts';

const [, , dist = '', file = ''] = process.argv;
const load: { loadConfig: typeof loadConfig } = await import(join(dist, 'config/load.js'));
const evaluation: { evaluate: typeof evaluate } = await import(join(dist, 'config/evaluate.js'));
const nodes: { nodeNames: typeof nodeNames } = await import(join(dist, 'config/nodes.js'));

const start = performance.now();
const config = load.loadConfig(file);
for (const node of nodes.nodeNames(config)) evaluation.evaluate(config, node);
const milliseconds = performance.now() - start;
console.log(JSON.stringify({ milliseconds, lines: readFileSync(file, 'utf8').split('\n').length }));
