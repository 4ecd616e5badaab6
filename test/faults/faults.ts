import { setTimeout as sleep } from 'node:timers/promises';
import type { Phase } from './journal.ts';
import type { FaultNode } from './node.ts';
import { children, commandLine, descendants, holder, isAlive } from './processes.ts';
import type { Version } from './workshop.ts';

/** Whom a fault can reach when it strikes. */
export interface Scene {
  readonly node: FaultNode;
  readonly root: string;
  /** The controller's process. */
  readonly controller: number;
  /** sshd of the node, where there is one. */
  readonly sshd: number | null;
  /** What carries ssh's bytes, when it strikes. */
  readonly relays: readonly number[];
  /** What is being deployed. */
  readonly target: Version;
}

/** What is known once the deploy that was struck has ended. */
export interface Aftermath {
  readonly scene: Scene;
  /** Where the change stood when it was struck: from, to. */
  readonly phases: readonly Phase[];
  readonly former: string;
  readonly next: 'continue' | 'abandon';
}

/** What a node must be for a fault to strike it. */
export type Ground = 'popen' | 'ssh' | 'disk' | 'python';

/** One thing that goes wrong. What comes of it stands in expected.ts. */
export interface Fault {
  readonly name: string;
  readonly ground: Ground;
  /** Does the controller live on, and say what came of it? */
  readonly controllerLives: boolean;
  /** Strikes the agent itself: how far it came is known to the record. */
  readonly agentDies: boolean;
  /** Added to the environment of conc. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is done beforehand; gives the command to run, where it is not a deploy. */
  readonly arrange?: (node: FaultNode, target: Version) => Promise<readonly string[] | undefined>;
  /** Throws `Gone` where there is nothing left to strike, and `Wrong` where something is not as it must be. */
  readonly strike: (scene: Scene) => Promise<void>;
  /** Lets go what it stopped, once the node has come to rest without it. */
  readonly relent?: (scene: Scene) => void;
  /** Looks at what only this fault leaves; what is not as it must be. */
  readonly examine?: (aftermath: Aftermath) => Promise<readonly string[]>;
  /** What a person has to set right before conc can go on. */
  readonly mend?: (scene: Scene) => Promise<void>;
  /** Until then not even `conc status` can look. */
  readonly mendFirst?: true;
}

const signals = (...names: readonly NodeJS.Signals[]): Fault['strike'] => {
  return async ({ controller }) => {
    for (const [at, name] of names.entries()) {
      if (at > 0) await sleep(SECOND_THOUGHTS);
      // It may have ended meanwhile, as it was asked to.
      if (at === 0 || isAlive(controller)) send(controller, name);
    }
  };
};

/** Milliseconds between one Ctrl-C and the next. */
const SECOND_THOUGHTS = 150;

const controller = (name: string, strike: Fault['strike'], controllerLives: boolean): Fault => ({
  ...{ name, strike, controllerLives, ground: 'popen', agentDies: false },
});

const link = (name: string, strike: Fault['strike'], more: Partial<Fault> = {}): Fault => ({
  ...{ name, strike, controllerLives: true, ground: 'ssh', agentDies: false, ...more },
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
  link('SIGSTOP ssh', async (scene) => send(sshOf(scene), 'SIGSTOP')),
  link('link silent', async (scene) => send(relayOf(scene), 'SIGSTOP'), { relent: freeRelays }),
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
  const [found] = relaysOf(sshOf(scene));
  if (found === undefined) throw new Gone('there is no relay any more');
  return found;
}

/** Those among what a process started. */
export const relaysOf = (pid: number): number[] =>
  descendants(pid).filter((one) => commandLine(one).includes('relay.py'));

/** A relay that was stopped can't see that both ends have gone. */
function freeRelays({ relays }: Scene): void {
  for (const pid of relays) if (isAlive(pid)) send(pid, 'SIGKILL');
}

/** The fault came too late: what it strikes has ended. */
export class Gone extends Error {}

export class Wrong extends Error {}
