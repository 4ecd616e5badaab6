import { parse } from 'smol-toml';
import { z } from 'zod';
import { ConcError } from '../../errors/conc-error.ts';

// What conc edits of a pylock.toml before it is written; all else that stands in it is kept.

const fileSchema = z.looseObject({
  name: z.string().optional(),
  url: z.string().optional(),
  path: z.string().optional(),
  size: z.int().nonnegative().optional(),
  hashes: z.record(z.string(), z.string()).optional(),
});

const placeSchema = z.looseObject({
  path: z.string().optional(),
  url: z.string().optional(),
  editable: z.boolean().optional(),
  type: z.string().optional(),
  'commit-id': z.string().optional(),
});

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string().optional(),
  marker: z.string().optional(),
  'requires-python': z.string().optional(),
  wheels: z.array(fileSchema).optional(),
  sdist: fileSchema.optional(),
  archive: fileSchema.optional(),
  vcs: placeSchema.optional(),
  directory: placeSchema.optional(),
});

const documentSchema = z.looseObject({
  'lock-version': z.string().regex(/^1\./),
  packages: z.array(packageSchema).default([]),
  tool: z.looseObject({}).optional(),
});

export type PylockDocument = z.infer<typeof documentSchema>;
export type PylockPackage = z.infer<typeof packageSchema>;
export type PylockFile = z.infer<typeof fileSchema>;

/** Reads a pylock.toml (PEP 751) whole. ConcError `lock.invalid`; `file` is how messages call it. */
export function readDocument(text: string, file: string): PylockDocument {
  const parsed = documentSchema.safeParse(parseToml(text, file));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** Every file that a package names, of whatever kind. */
export const filesOf = ({ wheels = [], sdist, archive }: PylockPackage): PylockFile[] =>
  [...wheels, sdist, archive].filter((each) => each !== undefined);

export function invalid(file: string, problem: string): ConcError {
  return new ConcError({
    code: 'lock.invalid',
    message: `${file} is not a lock that conc understands: ${problem}`,
    hint: 'Make it again: conc lock',
    exit: 2,
  });
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
}
