import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { remembered } from './remembered.ts';
import { stripPython } from './strip-python.ts';

/** The agent's folder: beside `src/` in the repo, and beside `dist/` in the package. */
export const AGENT_FOLDER = join(import.meta.dirname, '..', '..', 'agent', 'conc_agent');

/** The package concops: its workers run at both ends. */
const CONCOPS_FOLDER = join(import.meta.dirname, '..', '..', 'concops', 'concops');

const PACKAGE = 'conc_agent';

export interface AgentModule {
  readonly source: string;
  readonly package: boolean;
}

/** Every module of the agent by its dotted name. */
export type AgentSources = ReadonlyMap<string, AgentModule>;

/** Reads the agent, then `folders`, each of which stands for `conc_agent` too and may add to it. */
export async function readAgentSources(folders: readonly string[] = []): Promise<AgentSources> {
  const sources = new Map<string, AgentModule>();
  for (const folder of [AGENT_FOLDER, ...folders]) await readPackage(sources, PACKAGE, folder);
  return sources;
}

/** sha256 of all modules, in hex: what a node names the code by that it keeps (`digest` of agent/conc_agent/keep.py). */
export const digestOf = (sources: AgentSources): string => digests(sources, []);

const digests = remembered((sources: AgentSources): string => {
  const hash = createHash('sha256');
  for (const name of [...sources.keys()].sort()) {
    const { source = '', package: isPackage = false } = sources.get(name) ?? {};
    hash.update(`${name} ${Number(isPackage)} ${Buffer.byteLength(source)}\n`).update(source);
  }
  return hash.digest('hex');
});

/** conc's package concops as it is, by path below it: what workers import as files. */
export async function readConcopsFiles(): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const file of await pythonFiles(CONCOPS_FOLDER)) {
    texts[file.split(sep).join('/')] = await readFile(join(CONCOPS_FOLDER, file), 'utf8');
  }
  return texts;
}

async function readPackage(sources: Map<string, AgentModule>, name: string, folder: string): Promise<void> {
  for (const file of await pythonFiles(folder)) {
    const parts = file.slice(0, -'.py'.length).split(sep);
    const isPackage = parts.at(-1) === '__init__';
    if (isPackage) parts.pop();
    const source = stripPython(await readFile(join(folder, file), 'utf8'));
    sources.set([name, ...parts].join('.'), { source, package: isPackage });
    for (let depth = 1; depth < parts.length; depth += 1) {
      const parent = [name, ...parts.slice(0, depth)].join('.');
      if (!sources.has(parent)) sources.set(parent, { source: '', package: true });
    }
  }
}

async function pythonFiles(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((name) => name.endsWith('.py')).sort();
}

/** `name`, the packages it is in, and what they import of the agent by name, transitively; those that exist. */
export function closureOf(sources: AgentSources, name: string): string[] {
  const found = new Set<string>();
  const visit = (dotted: string): void => {
    const parts = dotted.split('.');
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const one = parts.slice(0, depth).join('.');
      const known = sources.get(one);
      if (known === undefined || found.has(one)) continue;
      found.add(one);
      for (const imported of importsOf(known.source)) visit(imported);
    }
  };
  visit(name);
  return [...found];
}

/** `from conc_agent.a import b, c` may mean modules b and c: those that aren't simply don't exist. */
function importsOf(source: string): string[] {
  const names: string[] = [];
  for (const [, module] of source.matchAll(/^\s*import\s+(conc_agent[\w.]*)/gm)) names.push(module ?? '');
  for (const [, module, plain, bracketed] of source.matchAll(
    /^\s*from\s+(conc_agent[\w.]*)\s+import\s+(?:\(([^)]*)\)|([^(\n]*))/gm,
  )) {
    names.push(module ?? '');
    for (const [word] of (plain ?? bracketed ?? '').matchAll(/\w+/g)) names.push(`${module}.${word}`);
  }
  return names;
}
