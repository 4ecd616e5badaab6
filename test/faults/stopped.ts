import { descendants, holder, servers } from './processes.ts';

/** Does something while an agent, what it runs, and what serves stand still. */
export async function stopped<Result>(root: string, work: () => Promise<Result>): Promise<Result> {
  const agent = holder(root);
  const pids = agent === null ? [] : [agent, ...descendants(agent)];
  const serving = [...servers(root)].filter((pid) => !pids.includes(pid));
  for (const pid of [...pids, ...serving]) send(pid, 'SIGSTOP');
  try {
    return await work();
  } finally {
    for (const pid of [...pids, ...serving]) send(pid, 'SIGCONT');
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}
