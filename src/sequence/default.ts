import type { BuiltinJob, BuiltinName, Phase } from './types.ts';

/** The sequence of an application that has none of its own: conc's nine jobs, as a bundle's manifest carries them. */
export const defaultSequence: readonly BuiltinJob[] = [
  job('preflight', 'stage', 60),
  job('deliver', 'stage', null),
  job('install', 'stage', null),
  job('verify', 'stage', null),
  job('switch', 'switch', 60),
  // How long a service may take to stop and start, and how often its health is asked, stand in the node's attributes.
  job('restart', 'switch', null),
  job('health', 'switch', null),
  job('confirm', 'switch', 60),
  job('prune', 'after', null),
];

/** Not of the default sequence: conc puts it in where there is something to place or to take away. */
export const etcJob: BuiltinJob = job('etc', 'switch', 300);

/** Of the change that sets secrets alone. */
export const envJob: BuiltinJob = job('env', 'stage', null);
export const renewJob: BuiltinJob = { ...job('renew', 'stage', null), name: 'install' };

/** It comes where a node has `static.command` or `static.folder`. */
export const staticJob: BuiltinJob = job('static', 'stage', null);

/** Built-in jobs observe reality first, so each may be run again after it was cut off. */
function job(name: BuiltinName, phase: Phase, timeout: number | null): BuiltinJob {
  return { name, where: 'remote', phase, sudo: false, again: 'safe', timeout, op: { kind: 'builtin', name } };
}
