import { parse } from 'smol-toml';
import { z } from 'zod';
import { ConcError } from '../../errors/conc-error.ts';

/** `[build-system]` of a source tree, or what PEP 517 says where there is none. */
export interface BuildSystem {
  readonly requires: readonly string[];
  readonly backend: string;
  readonly backendPath: readonly string[];
}

/** The build system of a source tree by the text of its pyproject.toml (PEP 517, 518). `owner` is how messages call it. */
export function buildSystemOf(pyproject: string | null, owner: string): BuildSystem {
  return buildSystem(pyproject === null ? noPyproject : parsePyproject(pyproject, owner));
}

export function parsePyproject(text: string, owner: string): Pyproject {
  try {
    return projectSchema.parse(parse(text));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const problem = issue === undefined ? String(cause) : `${issue.path.join('.')}: ${issue.message}`;
    throw new ConcError({
      code: 'project.invalid',
      message: `${owner} can't be understood: ${problem}`,
      exit: 2,
      cause,
    });
  }
}

export function buildSystem({ 'build-system': found }: Pyproject): BuildSystem {
  const legacy = 'setuptools.build_meta:__legacy__';
  if (found === undefined) return { requires: ['setuptools>=40.8.0', 'wheel'], backend: legacy, backendPath: [] };
  const { requires, 'build-backend': backend, 'backend-path': backendPath } = found;
  return { requires, backend: backend ?? legacy, backendPath };
}

const groupsSchema = z.record(z.string(), z.array(z.union([z.string(), z.object({ 'include-group': z.string() })])));
export type DependencyGroups = z.infer<typeof groupsSchema>;

const projectSchema = z.looseObject({
  project: z
    .looseObject({
      name: z.string(),
      dependencies: z.array(z.string()).default([]),
      'optional-dependencies': z.record(z.string(), z.array(z.string())).default({}),
      dynamic: z.array(z.string()).default([]),
      'requires-python': z.string().optional(),
    })
    .optional(),
  'build-system': z
    .looseObject({
      requires: z.array(z.string()),
      'build-backend': z.string().optional(),
      'backend-path': z.array(z.string()).default([]),
    })
    .optional(),
  'dependency-groups': groupsSchema.default({}),
  tool: z.looseObject({ uv: z.unknown(), poetry: z.unknown(), setuptools: z.unknown() }).partial().optional(),
});

/** What a folder without a pyproject.toml has of it. */
export const noPyproject: Pyproject = { 'dependency-groups': {} };

export type Pyproject = z.infer<typeof projectSchema>;
