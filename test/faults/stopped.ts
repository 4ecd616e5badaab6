import { descendants, holder, servers } from './processes.ts';

/** Does something while an agent and what it runs stand still, and, if asked for, what serves. */
export async function stopped<Result>(root: string, serving: boolean, work: () => Promise<Result>): Promise<Result> {
  const agent = holder(root);
  const pids = agent === null ? [] : [agent, ...descendants(agent)];
  const others = serving ? [...servers(root)].filter((pid) => !pids.includes(pid)) : [];
  for (const pid of [...pids, ...others]) send(pid, 'SIGSTOP');
  try {
    return await work();
  } finally {
    for (const pid of [...pids, ...others]) send(pid, 'SIGCONT');
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}
