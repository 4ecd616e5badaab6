import { setTimeout as sleep } from 'node:timers/promises';
import { children, commandLine, descendants, holder } from './processes.ts';

/** Whom a fault can reach when it strikes. */
export interface Scene {
  readonly root: string;
  /** The controller's process. */
  readonly controller: number;
  /** sshd of the node, where there is one. */
  readonly sshd: number | null;
}

/** One thing that goes wrong. What comes of it stands in expected.ts. */
export interface Fault {
  readonly name: string;
  /** Does the controller live on, and say what came of it? */
  readonly controllerLives: boolean;
  /** It needs a node behind ssh. */
  readonly ssh: boolean;
  /** Strikes the agent itself: what it had reached is known to the record. */
  readonly agentDies: boolean;
  /** Throws where there is nothing left to strike: the cell says so. */
  readonly strike: (scene: Scene) => Promise<void>;
  /** Afterwards: lets go what was stopped. */
  readonly relent?: (scene: Scene) => void;
}

const signals = (...names: readonly NodeJS.Signals[]): Fault['strike'] => {
  return async ({ controller }) => {
    for (const [at, name] of names.entries()) {
      if (at > 0) await sleep(SECOND_THOUGHTS);
      send(controller, name);
    }
  };
};

/** Milliseconds between one Ctrl-C and the next. */
const SECOND_THOUGHTS = 150;

const controller = (name: string, strike: Fault['strike'], controllerLives: boolean): Fault => ({
  ...{ name, strike, controllerLives, ssh: false, agentDies: false },
});

const link = (name: string, strike: Fault['strike'], more: Partial<Fault> = {}): Fault => ({
  ...{ name, strike, controllerLives: true, ssh: true, agentDies: false, ...more },
});

/** Faults that are real signals to real processes: they strike at any moment. */
export const SIGNALS: readonly Fault[] = [
  controller('kill -9 controller', signals('SIGKILL'), false),
  { ...controller('kill -9 agent', async (scene) => send(agentOf(scene), 'SIGKILL'), true), agentDies: true },
  controller('Ctrl-C', signals('SIGINT'), true),
  controller('Ctrl-C twice', signals('SIGINT', 'SIGINT'), true),
  controller('Ctrl-C thrice', signals('SIGINT', 'SIGINT', 'SIGINT'), true),
  controller('SIGTERM', signals('SIGTERM'), true),
  controller('SIGHUP', signals('SIGHUP'), true),
];

/** Faults of the link, on a node behind sshd. */
export const LINKS: readonly Fault[] = [
  link('kill -9 ssh', async (scene) => send(sshOf(scene), 'SIGKILL')),
  link('link cut', async (scene) => send(relayOf(scene), 'SIGKILL')),
];

function send(pid: number, signal: NodeJS.Signals): void {
  process.kill(pid, signal);
}

/** Who holds the change; before there is one, the interpreter that the controller or sshd started. */
function agentOf({ root, controller: near, sshd }: Scene): number {
  const held = holder(root);
  if (held !== null) return held;
  const started = descendants(sshd ?? near).findLast((pid) => / -I -c /.test(commandLine(pid)));
  if (started === undefined) throw new Gone('there is no agent any more');
  return started;
}

function sshOf({ controller: near }: Scene): number {
  const found = children(near).find((pid) => /^(\S*\/)?ssh /.test(commandLine(pid)));
  if (found === undefined) throw new Gone('there is no ssh any more');
  return found;
}

function relayOf(scene: Scene): number {
  const found = descendants(sshOf(scene)).find((pid) => commandLine(pid).includes('relay.py'));
  if (found === undefined) throw new Gone('there is no relay any more');
  return found;
}

/** The fault came too late: what it strikes has ended. */
export class Gone extends Error {}
