import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import { USER } from '../nodes/root-file-system.ts';
import { until } from '../support/until.ts';
import { whileThere } from '../support/while-there.ts';
import { makeProject, type Project } from './project.ts';

/** A machine whose logind ends what a user leaves behind at logout: the agent, and a guard that doesn't see to it. */
let tea: Project;
let node: TestNode;

const configure = (colour: string): Promise<void> =>
  tea.configure(
    () => `[DEFAULT]
app = tea
colour = ${colour}
health.timeout = 120
health.command = ${whileThere(HOLD)}

[node strict]
python = /usr/bin/python3
root = ~/tea
sshd.host = ${node.host}
sshd.config = ${node.sshConfig}
`,
  );

const inNode = async (script: string): Promise<string> => (await node.exec(['sh', '-c', script])).stdout.trim();

/** On the node: health is not known while it is there. */
const HOLD = `/home/${USER}/hold`;

/** Tells where the guard is, once it is there and not only what starts it; then ends every session of the user with all that is in it, as a logout would. */
const END_SESSIONS = [
  'for try in $(seq 200); do grep -h app.slice /proc/$(pgrep -nf "agent.py[z] guard")/cgroup 2>/dev/null && break; sleep 0.1; done',
  `for one in $(loginctl show-user ${USER} -p Sessions --value); do systemctl kill -s KILL session-$one.scope; done`,
  `rm ${HOLD}`,
].join('; ');

const statusOf = async () => JSON.parse((await tea.must('status', 'strict', '--json')).stdout).nodes[0];

beforeAll(async () => {
  [tea, node] = await Promise.all([makeProject('test/e2e/tea'), startNode({ suite: 'bookworm', name: 'strict' })]);
  await configure('green');
  await tea.must('check', 'strict', '--record');
  await tea.must('lock');
  await tea.must('build');
  await inNode(
    'mkdir -p /etc/systemd/logind.conf.d && printf "[Login]\\nKillUserProcesses=yes\\n" > /etc/systemd/logind.conf.d/kill.conf && systemctl restart systemd-logind',
  );
});
afterAll(async () => {
  await node.stop();
  await tea[Symbol.asyncDispose]();
});

describe('KillUserProcesses=yes', () => {
  it('is named before anything is done, with the way out', async () => {
    const deploy = await tea.conc(['deploy', 'strict']);
    expect(deploy.code).toBe(3);
    expect(deploy.stderr).toContain(`run once, as root: loginctl enable-linger ${node.user}`);
  });

  it('ends the agent at logout; its guard, in a unit of the user, goes back', async () => {
    await inNode(`loginctl enable-linger ${node.user}`);
    await tea.must('deploy', 'strict');
    const former = (await statusOf()).release.id;
    await configure('black');
    await inNode(`touch ${HOLD}`);
    let guard: Promise<string> | undefined;
    await tea.conc(['deploy', 'strict', '--json'], {
      onOut: (text) => {
        if (guard === undefined && text.includes('"event":"start","job":"health"')) guard = inNode(END_SESSIONS);
      },
    });
    expect(await guard).toMatch(/user@\d+\.service\/app\.slice\/run-/);
    await until(async () => (await statusOf()).change === null);
    const status = await statusOf();
    expect(status.release).toMatchObject({ id: former, proven: true });
    expect(status.guarded).toMatchObject({ kind: 'deploy' });
    expect(await inNode('pgrep -f agent.py[z] || true')).toBe('');
  });
});
