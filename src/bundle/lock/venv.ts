import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConcError } from '../../errors/conc-error.ts';
import { withoutCredentials } from '../fetch/scrub.ts';
import { runProgram } from '../program.ts';
import { normalizeName } from '../standards/names.ts';

/** What an existing venv says of the versions to lock. */
export interface Venv {
  /** `six==1.16.0`, of everything that is installed there but the project itself and what venvs come with. */
  readonly pins: readonly string[];
  /** Normalised names of packages that nothing else there asks for. */
  readonly roots: readonly string[];
}

const installedSchema = z.array(
  z.object({ name: z.string(), version: z.string(), requires: z.array(z.string()), origin: z.string().nullable() }),
);

/** What venvs and distributors put there themselves; it counts only where something that is installed needs it. */
const furniture = new Set(['pip', 'setuptools', 'wheel', 'distribute', 'pkg-resources', 'uv']);

/** Reads an existing venv by its own interpreter. ConcError `lock.no-venv`, `lock.not-from-index`. */
export async function readVenv(
  folder: string,
  project: { readonly folder: string; readonly name: string | null },
  env: NodeJS.ProcessEnv,
): Promise<Venv> {
  const python = join(folder, 'bin', 'python');
  await access(python).catch(() => Promise.reject(noVenv(folder, `there is no ${python}`)));
  const { exit, stdout, stderr } = await runProgram([python, '-I', '-c', list], { env });
  if (exit !== 0) throw noVenv(folder, stderr.trim().split('\n').at(-1) ?? '');
  const all = installedSchema.parse(JSON.parse(stdout)).map((each) => ({ ...each, name: normalizeName(each.name) }));
  const own = `file://${resolve(project.folder)}`;
  const others = all.filter(({ name, origin }) => name !== project.name && decoded(origin)?.replace(/\/$/, '') !== own);
  const strangers = others.flatMap(({ name, origin }) =>
    origin === null ? [] : `${name}: ${withoutCredentials(origin)}`,
  );
  if (strangers.length > 0) throw notFromIndex(folder, strangers);
  const asked = new Set(all.flatMap(({ name, requires }) => requires.filter((each) => each !== name)));
  const kept = others.filter(({ name }) => !furniture.has(name) || asked.has(name));
  return {
    pins: kept.map(({ name, version }) => `${name}==${version}`),
    roots: kept.map(({ name }) => name).filter((name) => !asked.has(name)),
  };
}

const decoded = (origin: string | null): string | null => (origin === null ? null : decodeURIComponent(origin));

/** Names, versions, what each asks for without extras, and where it came from unless that was an index (PEP 610). */
const list = `
import json, re
from importlib.metadata import distributions
found = {}
for each in distributions():
    name = each.metadata["Name"]
    if not name:
        continue
    asks = [line for line in each.requires or [] if "extra ==" not in line]
    names = [re.match(r"[A-Za-z0-9._-]+", line).group(0) for line in asks]
    origin = json.loads(each.read_text("direct_url.json") or "{}").get("url")
    path = getattr(each, "_path", None)
    # What setup.py develop left: metadata in the source tree itself.
    if origin is None and path is not None and path.parent.name not in ("site-packages", "dist-packages"):
        origin = path.parent.as_uri()
    normal = [re.sub(r"[-_.]+", "-", one).lower() for one in names]
    found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), {"name": name, "version": each.version, "requires": normal, "origin": origin})
print(json.dumps(sorted(found.values(), key=lambda one: one["name"])))
`;

function noVenv(folder: string, why: string): ConcError {
  return new ConcError({
    code: 'lock.no-venv',
    message: `${folder} is no venv that can be asked what is installed: ${why}`,
    hint: 'Name the folder that holds bin/python: conc lock --from-venv .venv',
    exit: 2,
  });
}

function notFromIndex(folder: string, strangers: readonly string[]): ConcError {
  const [first = ''] = strangers;
  return new ConcError({
    code: 'lock.not-from-index',
    message: `${strangers.length === 1 ? `${first.split(':')[0]} was` : `${strangers.length} packages were`} installed into ${folder} from a folder, a file or a repository: a version alone doesn’t say what they are`,
    hint: 'Publish them to an index and install them from there, or take them out of the venv',
    evidence: strangers,
    exit: 2,
  });
}
