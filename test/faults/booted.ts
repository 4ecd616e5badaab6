import { setTimeout as sleep } from 'node:timers/promises';
import { startNode } from '../nodes/node.ts';
import { type CellResult, eventsOf } from './cell.ts';
import { endsAfterPowerLoss } from './expected.ts';
import type { Fault } from './faults.ts';
import { momentWatch } from './moments.ts';
import { makeNode, must } from './node.ts';
import { statusOf } from './status.ts';
import type { Workshop } from './workshop.ts';

const POWER_LOSS: Fault = {
  name: 'power loss of a booted node',
  ground: 'ssh',
  controllerLives: true,
  agentDies: true,
  strike: async () => {},
};

/** The plug of a booted Debian is pulled while it restarts services; it boots, and cron starts what serves. */
export async function bootedPowerLoss(
  workshop: Workshop,
  number: number,
  next: 'continue' | 'abandon',
): Promise<CellResult> {
  const started = Date.now();
  const machine = await startNode({ suite: 'bookworm', name: 'booted' });
  try {
    const root = '/srv/faulted';
    await machine.exec(['install', '-d', '-o', machine.user, root]);
    await using node = await makeNode(workshop, {
      name: 'booted',
      root,
      connection: [
        `sshd.host = ${machine.host}`,
        `sshd.config = ${machine.sshConfig}`,
        'link.ping = 1',
        'link.lost = 3',
      ],
      local: false,
    });
    const [first, second] = node.versions;
    if (first === undefined || second === undefined) throw new Error('two versions at least');
    await must(node, ['deploy', node.name, '--bundle', first.bundle]);
    await machine.exec(['crontab', '-u', machine.user, '-'], { input: `@reboot ${root}/bin/supervisord\n` });
    const former = (await statusOf(node)).release?.id;

    const lost: Promise<void>[] = [];
    const watch = momentWatch(
      { kind: 'in', job: 'restart', part: 0.5 },
      { jobs: new Map([['restart', 2]]), all: 4 },
      () => {
        lost.push(machine.powerOff());
      },
    );
    const run = await node.conc(['deploy', node.name, '--json', '--bundle', second.bundle], { onOut: eventsOf(watch) });
    const problems: string[] = [];
    await Promise.all(lost);
    if (run.code !== 1) problems.push(`conc deploy ended with ${run.code}`);
    await machine.powerOn();
    const serves = async (): Promise<string> => JSON.parse((await machine.fetch('/', node.port)).body).release;
    for (let tries = 0; tries < 100 && (await serves().catch(() => null)) === null; tries += 1) await sleep(200);
    const served = await serves();
    const status = await statusOf(node);
    const end = `${served === former ? 'former' : 'on trial'}${status.change === null ? '' : ', open'}`;
    if (!endsAfterPowerLoss(['unit']).some((allowed) => allowed === end)) problems.push(`it came to "${end}"`);
    const gone = await node.conc([next, node.name]);
    if (gone.code !== 0) problems.push(`conc ${next} ended with ${gone.code}: ${gone.stderr.slice(-300)}`);
    if ((await statusOf(node)).change !== null) problems.push('a change is open');
    const after = await node.conc(['deploy', node.name, '--bundle', second.bundle]);
    if (after.code !== 0) problems.push(`the next deploy ended with ${after.code}: ${after.stderr.slice(-300)}`);
    const last = JSON.parse((await machine.fetch('/', node.port)).body);
    if (last.version !== second.version) problems.push(`${last.version} serves at the end`);
    const cell = { number, fault: POWER_LOSS, moment: { kind: 'in', job: 'restart', part: 0.5 }, next } as const;
    return { cell, struck: 'restart', end, problems, seconds: (Date.now() - started) / 1000 };
  } finally {
    await machine.stop();
  }
}
