// Run in namespaces of its own, where the disk is as a power loss has left it: starts what a boot starts, and judges.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from '../nodes/command.ts';
import { ask } from './clients.ts';
import { comeClean, endOf } from './judge.ts';
import { nodeAt } from './node.ts';
import type { AfterPowerLoss } from './power-loss.ts';

const task: AfterPowerLoss = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const versions = task.versions.map((version) => ({ ...version, files: new Map(version.files) }));
const node = nodeAt({ ...task, versions });
const problems: string[] = [];
const started = await command([join(task.root, 'bin/supervisord')], { check: false });
if (started.exit !== 0) problems.push(`supervisord ended with ${started.exit}: ${started.stderr}`);
for (let tries = 0; tries < 100 && typeof (await ask(node.url)) === 'string'; tries += 1) await sleep(100);
const seen = await endOf(node, task.former);
problems.push(...seen.problems);
if (!task.allowed.includes(seen.end)) problems.push(`it came to "${seen.end}"; allowed: ${task.allowed.join(' · ')}`);
const target = versions.find(({ version }) => version === task.target);
if (target !== undefined) problems.push(...(await comeClean(node, seen.open ? task.next : null, target)));
console.log(`\nRESULT ${JSON.stringify(problems)}`);
