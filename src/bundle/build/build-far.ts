import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ConcError } from '../../errors/conc-error.ts';
import type { Channel, Session } from '../../gateway/types.ts';
import { digestOf, sha256, sha256File } from '../digest.ts';
import { compilerFlags, fixedVariables, keptVariables, prefixMap } from '../lock/build-environment.ts';
import { buildSystemOf } from '../lock/pyproject.ts';
import { runProgram } from '../program.ts';
import type { WheelFile } from '../types.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import type { BuildJob, BuildSettings } from './wheel-builder.ts';

const TREE = '@TREE@';

/**
 * Builds on another machine: sends the source tree and the locked build wheels, takes the wheel back. Nothing is
 * fetched there, and nothing stays there. ConcError `build.failed`.
 */
export async function buildFar(
  session: Session,
  shown: string,
  job: BuildJob,
  settings: BuildSettings & { readonly python: string },
): Promise<void> {
  const { source, work, to, umask } = job;
  const tree = await source.open(join(work, 'source'), settings.python);
  await standAlone(tree, settings.env);
  const archive = await packTree(tree, join(work, 'source.tar'), settings);
  const pyproject = await readFile(join(tree, 'pyproject.toml'), 'utf8').catch(() => null);
  const { backend, backendPath } = buildSystemOf(pyproject, `pyproject.toml of ${source.what}`);
  const wheels = await Promise.all(job.requirements.map(describe));
  const channel = session.call('build', {
    what: source.what,
    source: { size: archive.length, sha256: sha256(archive) },
    wheels: wheels.map(({ entry }) => entry),
    ...{ backend, backendPath: [...backendPath], umask },
    environment: {
      keep: [...keptVariables],
      set: { ...settings.passed, ...fixedVariables },
      add: Object.fromEntries(compilerFlags.map((name) => [name, prefixMap(TREE)])),
    },
  });
  try {
    await send(channel, archive, wheels);
    const built = await receive(channel, source.what);
    await writeFile(join(to, built.name), built.bytes);
  } catch (error) {
    if (!(error instanceof ConcError)) throw error;
    throw new ConcError({ ...fieldsOf(error), message: `${error.message} (on ${shown})` });
  }
}

interface SentWheel {
  readonly path: string;
  /** What the agent installs it by: the request's form. */
  readonly entry: { readonly [key: string]: string | number };
  readonly files: readonly WheelFile[];
}

async function describe(path: string): Promise<SentWheel> {
  const file = basename(path);
  const { name, version, files } = await readWheel(path, file);
  const { size } = await stat(path);
  const digests = { sha256: await sha256File(path), contents: digestOf(files) };
  return { path, entry: { file, name, version, size, ...digests, role: 'vendor', count: files.length }, files };
}

async function send(channel: Channel, archive: Buffer, wheels: readonly SentWheel[]): Promise<void> {
  await channel.write(archive);
  for (const { path, files } of wheels) {
    channel.send({ files: files.map((file) => ({ ...file })) });
    await channel.write(await readFile(path));
  }
}

const replySchema = z.object({
  wheel: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.+!-]*\.whl$/),
  sha256: z.string(),
});

async function receive(channel: Channel, what: string): Promise<{ name: string; bytes: Buffer }> {
  const parts: Buffer[] = [];
  for await (const item of channel) if (item.kind === 'blob') parts.push(item.bytes);
  const { wheel, sha256: told } = replySchema.parse(await channel.reply);
  const bytes = Buffer.concat(parts);
  if (sha256(bytes) === told) return { name: wheel, bytes };
  throw new ConcError({ code: 'build.failed', message: `The wheel of ${what} did not come back whole`, exit: 1 });
}

const fieldsOf = ({ code, message, hint, evidence, exit }: ConcError) => ({
  ...{ code, message, evidence, exit },
  ...(hint === undefined ? {} : { hint }),
});

/** Backends that take the version from git need its history; a copy only borrows that of the project. */
async function standAlone(tree: string, env: NodeJS.ProcessEnv): Promise<void> {
  const borrowed = join(tree, '.git', 'objects', 'info', 'alternates');
  if ((await readFile(borrowed).catch(() => null)) === null) return;
  const { exit } = await runProgram(['git', '-C', tree, 'repack', '-a', '-d', '-q'], { env });
  if (exit === 0) await rm(borrowed);
}

async function packTree(
  tree: string,
  to: string,
  { python, env }: { python: string; env: NodeJS.ProcessEnv },
): Promise<Buffer> {
  const { exit, stderr } = await runProgram([python, '-I', '-c', pack, tree, to], { env });
  if (exit === 0) return readFile(to);
  throw new ConcError({ code: 'build.failed', message: `${tree} can't be packed`, evidence: [stderr.trim()], exit: 2 });
}

const pack = `
import sys, tarfile
with tarfile.open(sys.argv[2], "w", format=tarfile.PAX_FORMAT) as archive:
    archive.add(sys.argv[1], "source")
`;
