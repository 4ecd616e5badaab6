import { z } from 'zod';
import type { EtcTree } from '../etc/types.ts';
import type { FrozenJob } from '../sequence/types.ts';
import type { Manifest, Provenance, SuiteEntry, TargetSpec, TestFiles, ToolSet, WheelFile } from './types.ts';

// What comes from files that others may have written: the targets file, and everything in a bundle.

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();
/** One path segment: it becomes part of a name in the bundle and on the node. */
const fileName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.+!-]*$/);
const nodeName = z.string().regex(/^[A-Za-z0-9._-]+$/);

const targetSchema: z.ZodType<TargetSpec> = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/),
  nodes: z.array(nodeName),
  python: z.tuple([count, count, count]),
  implementation: z.string().min(1),
  abiflags: z.string(),
  freeThreaded: z.boolean(),
  libc: z.strictObject({
    kind: z.enum(['glibc', 'musl', 'unknown']),
    version: z.tuple([count, count]).nullable(),
  }),
  machine: z.string().min(1),
  platform: z.string().min(1),
  markers: z.record(z.string(), z.string()),
});

export const targetsFileSchema = z.strictObject({ format: z.literal(1), targets: z.array(targetSchema) });

const wheelSchema = z.strictObject({
  file: fileName.endsWith('.whl'),
  name: z.string().regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/),
  version: z.string().min(1),
  sha256,
  size: count,
  unpacked: count,
  count,
  contents: sha256,
  role: z.enum(['application', 'vendor']),
  targets: z.array(z.string()),
  origin: z.enum(['registry', 'sdist', 'project']),
  needs: z
    .strictObject({
      glibc: z
        .string()
        .regex(/^\d+\.\d+$/)
        .exactOptional(),
      libraries: z.array(z.string().regex(/^[^/\s]+$/)),
      versions: z.record(z.string(), z.array(z.string().regex(/^\S+$/))).exactOptional(),
    })
    .exactOptional(),
});

const step = {
  name: z.string().min(1),
  where: z.enum(['local', 'remote']),
  phase: z.enum(['stage', 'once', 'switch', 'after']),
  sudo: z.boolean(),
  again: z.enum(['safe', 'never']),
  timeout: z.number().positive().nullable(),
};

const builtinJob = z.strictObject({
  ...step,
  op: z.strictObject({
    kind: z.literal('builtin'),
    name: z.enum([
      ...([
        'preflight',
        'deliver',
        'install',
        'verify',
        'static',
        'test_release',
        'switch',
        'etc',
        'restart',
        'health',
        'confirm',
        'prune',
      ] as const),
    ]),
  }),
});

const lines = z.array(z.string()).nullable();
const applicationJob = z.strictObject({
  ...step,
  op: z.strictObject({ kind: z.literal('application'), position: count, calls: z.string() }),
  sudoCommands: z.array(z.string().min(1)),
  plan: lines,
  byHand: lines,
  drop: z.enum(['finish', 'kill']).exactOptional(),
  undo: z.boolean(),
  compatible: z.boolean(),
  touches: z.array(z.string()),
});

/** One job as the manifest has it, and as a worker freezes it. */
export const jobSchema: z.ZodType<FrozenJob> = z.union([builtinJob, applicationJob]);

/** A path of Python code; each part is a plain name. */
const codePath = z.string().regex(/^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_][A-Za-z0-9_.-]*\.py$/);

const suiteSchema: z.ZodType<SuiteEntry> = z.strictObject({
  module: z.string().min(1),
  path: codePath,
  from: z.enum(['wheel', 'project']),
  framework: z.enum(['unittest', 'pytest']),
  level: z.enum(['unit', 'integration', 'migration', 'functional', 'load', 'monitoring', 'node']),
  where: z.enum(['near', 'release', 'node']),
  sudo: z.boolean(),
});

const texts = z.record(codePath, z.string());

/** `tests.json`. */
export const testFilesSchema: z.ZodType<TestFiles> = z.strictObject({ wheel: texts, project: texts });

/** A path below a layer: of plain names, none of which begins with a dot. */
const etcPath = z.string().regex(/^(?![./])(?!.*\/[./])[^\p{Cc}\\]*[^\p{Cc}\\/]$/u);
const layer = z.string().regex(/^etc(?:[.@][A-Za-z0-9._-]+)?$/);
const word = z.string().regex(/^\S+$/).nullable();

const etcSchema: z.ZodType<EtcTree> = z.strictObject({
  files: z.array(
    z.discriminatedUnion('kind', [
      z.strictObject({ layer, path: etcPath, kind: z.literal('file'), sha256, size: count, executable: z.boolean() }),
      z.strictObject({ layer, path: etcPath, kind: z.literal('link'), target: z.string().min(1) }),
    ]),
  ),
  ownership: z.array(
    z.strictObject({
      ...{ layer, line: count, owner: word, group: word, pattern: z.string().min(1) },
      mode: z
        .string()
        .regex(/^0[0-7]{3}$/)
        .nullable(),
    }),
  ),
});

export const manifestSchema: z.ZodType<Manifest> = z.strictObject({
  format: z.literal(1),
  app: z.string().min(1),
  version: z.string().min(1),
  targets: z.array(targetSchema),
  wheels: z.array(wheelSchema),
  sequence: z.array(jobSchema),
  lock: sha256,
  application: z
    .strictObject({ module: z.string().min(1), attribute: z.string().min(1), code: sha256 })
    .exactOptional(),
  tests: z.strictObject({ files: sha256, suites: z.array(suiteSchema) }).exactOptional(),
  etc: etcSchema.exactOptional(),
  allow: z.array(z.string().min(1)).exactOptional(),
  collisions: z
    .array(
      z.strictObject({
        place: z.string().min(1),
        wheels: z.tuple([z.string().min(1), z.string().min(1)]),
        why: z.enum(['allowed', 'namespace']),
      }),
    )
    .exactOptional(),
});

export const provenanceSchema: z.ZodType<Provenance> = z.strictObject({
  commit: z.string().nullable(),
  dirty: z.boolean(),
  builder: z.string(),
  host: z.string(),
  built: z.iso.datetime(),
  conc: z.string(),
  inputs: sha256,
});

export const toolsSchema: z.ZodType<readonly ToolSet[]> = z.array(
  z.strictObject({ name: z.enum(['supervisor', 'devops']), version: z.string(), wheels: z.array(wheelSchema) }),
);

/** `devops.json`: the text of each file of devops code, by its path in the wheel. */
export const devopsSchema: z.ZodType<Readonly<Record<string, string>>> = z.record(
  z.string().regex(/^(?:[A-Za-z_][A-Za-z0-9_]*\/)*[A-Za-z_][A-Za-z0-9_]*\.py$/),
  z.string(),
);

export const contentsSchema: z.ZodType<readonly WheelFile[]> = z.array(
  z.strictObject({ path: z.string().min(1), sha256, size: count, executable: z.boolean() }),
);
