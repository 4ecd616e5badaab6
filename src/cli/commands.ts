import type { Define } from './context.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Its arguments, as `conc --help` lists them. */
  readonly args: string;
  /** What its arguments stand for: shell completion offers names of that kind. */
  readonly takes: 'nodes' | 'shell' | 'bundle' | 'nothing';
  /** What stands before them. */
  readonly actions?: readonly string[];
  /** Words behind `--` are another program's. */
  readonly takesRest?: boolean;
  /** Modules are loaded when their command is called, not before: a start of conc is short. */
  readonly load: () => Promise<{ readonly define: Define }>;
}

/** Every command, in the order of `conc --help`. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'begin: conc.ini, a devops subpackage and a test for the project in this folder',
    args: '',
    takes: 'nothing',
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'show',
    summary: 'the evaluated attributes of a node, and where each came from',
    args: '[node...]',
    takes: 'nodes',
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'check',
    summary: 'every problem of config and project at once; with NODE, its fitness',
    args: '[node...]',
    takes: 'nodes',
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'trust',
    summary: "compare and record a node's host key",
    args: '<node...>',
    takes: 'nodes',
    load: () => import('./commands/trust.ts'),
  },
  {
    name: 'prepare',
    summary: 'print, check or do the one-off set-up of a bare machine',
    args: '<node...>',
    takes: 'nodes',
    load: () => import('./commands/prepare.ts'),
  },
  {
    name: 'lock',
    summary: 'resolve what the application needs to pylock.toml',
    args: '',
    takes: 'nothing',
    load: () => import('./commands/lock.ts'),
  },
  {
    name: 'build',
    summary: 'make the bundle: everything, hash-locked, once',
    args: '',
    takes: 'nothing',
    load: () => import('./commands/build.ts'),
  },
  {
    name: 'bundle',
    summary: 'show, verify or compare bundle files',
    args: 'show|verify|diff <file...>',
    takes: 'bundle',
    load: () => import('./commands/bundle.ts'),
  },
  {
    name: 'plan',
    summary: 'the jobs of a deploy, with what each would change',
    args: '<node...>',
    takes: 'nodes',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'deploy',
    summary: 'bring the bundle into service',
    args: '<node...>',
    takes: 'nodes',
    load: () => import('./commands/deploy.ts'),
  },
  {
    name: 'halt',
    summary: 'stop a running change after its running job',
    args: '<node...>',
    takes: 'nodes',
    load: () => import('./commands/halt.ts'),
  },
  {
    name: 'continue',
    summary: 'go on with a halted or interrupted change',
    args: '<node...>',
    takes: 'nodes',
    load: () => import('./commands/continue.ts'),
  },
  {
    name: 'abandon',
    summary: 'give up a halted or interrupted change, and restore',
    args: '<node...>',
    takes: 'nodes',
    load: () => import('./commands/abandon.ts'),
  },
  {
    name: 'status',
    summary: 'what serves, and what is in progress',
    args: '[node...]',
    takes: 'nodes',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'releases',
    summary: 'the releases that are on a node',
    args: '<node...>',
    takes: 'nodes',
    load: () => import('./commands/releases.ts'),
  },
  {
    name: 'logs',
    summary: 'what the processes wrote, of several nodes by time; -f: as it comes',
    args: '<node> [process]',
    takes: 'nodes',
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'log',
    summary: 'what happened on a node, and by whom',
    args: '<node...>',
    takes: 'nodes',
    load: () => import('./commands/log.ts'),
  },
  {
    name: 'rollback',
    summary: 'back to the last proven release, or to the named one',
    args: '<node> [release]',
    takes: 'nodes',
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'env',
    summary: "an application's secrets: set, unset, or list their names",
    args: 'set|unset|list <node...>',
    takes: 'nodes',
    actions: ['set', 'unset', 'list'],
    load: () => import('./commands/env.ts'),
  },
  {
    name: 'run',
    summary: 'run a ConC script, a module that runs on both ends of a channel',
    args: '<script> <node> [argv...]',
    takes: 'nodes',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'mount',
    summary: 'the directory of the change in progress, by sshfs',
    args: '<node> [folder]',
    takes: 'nodes',
    load: () => import('./commands/mount.ts'),
  },
  {
    name: 'unmount',
    summary: 'take that away again, also when the link is cut',
    args: '<node> [folder]',
    takes: 'nodes',
    load: () => import('./commands/unmount.ts'),
  },
  {
    name: 'test',
    summary: 'run test suites on a node, in its interpreter',
    args: '<node...> [suite...]',
    takes: 'nodes',
    load: () => import('./commands/test.ts'),
  },
  {
    name: 'exec',
    summary: 'a command in the serving release, recorded in the history',
    args: '<node...> -- <argv...>',
    takes: 'nodes',
    takesRest: true,
    load: () => import('./commands/exec.ts'),
  },
  {
    name: 'shell',
    summary: 'a shell in the serving release, recorded in the history',
    args: '<node>',
    takes: 'nodes',
    load: () => import('./commands/shell.ts'),
  },
  {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    args: '<shell>',
    takes: 'shell',
    load: () => import('./commands/completion.ts'),
  },
];
