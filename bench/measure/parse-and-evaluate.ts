// Reads a conc.ini and evaluates every node of it, once, in a process that has done nothing else: `parse-and-evaluate.ts FILE`.
// Prints the milliseconds that it took and the number of lines. The same code as is published, before it is bundled: what reads it is not measured.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { evaluate } from '../../src/config/evaluate.ts';
import { loadConfig } from '../../src/config/load.ts';
import { nodeNames } from '../../src/config/nodes.ts';

const [, , file = ''] = process.argv;
const start = performance.now();
const config = loadConfig(file);
for (const node of nodeNames(config)) evaluate(config, node);
const milliseconds = performance.now() - start;
console.log(JSON.stringify({ milliseconds, lines: readFileSync(file, 'utf8').split('\n').length }));
