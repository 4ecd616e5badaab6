import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
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

let own: Promise<AgentSources> | undefined;

/** Reads the agent, then `folders`, each of which stands for `conc_agent` too and may add to it. Alone it is read once. */
export function readAgentSources(folders: readonly string[] = []): Promise<AgentSources> {
  if (folders.length > 0) return readFolders(folders);
  own ??= readFolders([]);
  return own;
}

/** At one stretch: of hundreds of small files, waiting for each is most of the work. */
async function readFolders(folders: readonly string[]): Promise<AgentSources> {
  const sources = new Map<string, AgentModule>();
  for (const folder of [AGENT_FOLDER, ...folders]) readPackage(sources, PACKAGE, folder);
  return sources;
}

/** conc's package concops as it is, by path below it: what workers import as files. */
export async function readConcopsFiles(): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const file of pythonFiles(CONCOPS_FOLDER)) {
    texts[file.split(sep).join('/')] = await readFile(join(CONCOPS_FOLDER, file), 'utf8');
  }
  return texts;
}

function readPackage(sources: Map<string, AgentModule>, name: string, folder: string): void {
  for (const file of pythonFiles(folder)) {
    const parts = file.slice(0, -'.py'.length).split(sep);
    const isPackage = parts.at(-1) === '__init__';
    if (isPackage) parts.pop();
    const source = stripPython(readFileSync(join(folder, file), 'utf8'));
    sources.set([name, ...parts].join('.'), { source, package: isPackage });
    for (let depth = 1; depth < parts.length; depth += 1) {
      const parent = [name, ...parts.slice(0, depth)].join('.');
      if (!sources.has(parent)) sources.set(parent, { source: '', package: true });
    }
  }
}

/** Paths below the folder, sorted. Without `recursive`, with which `readdirSync` takes six times as long. */
function pythonFiles(folder: string, below = ''): string[] {
  const found = readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (entry.isDirectory()) return pythonFiles(folder, path);
    return path.endsWith('.py') ? [path] : [];
  });
  return below === '' ? found.sort() : found;
}

/** `name`, the packages it is in, and what they import of the agent by name, transitively; those that exist. */
export const closureOf = (sources: AgentSources, name: string): readonly string[] => closures(sources, [name]);

const closures = remembered((sources: AgentSources, names) => {
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
  names.forEach(visit);
  return [...found];
});

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
