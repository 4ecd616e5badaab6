import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';

const settingSchema = <T extends z.ZodType>(value: T) =>
  z.object({ value: value.nullable(), file: z.string(), line: z.number() }).nullable();

const surveySchema = z.object({
  applications: z.array(
    z.object({
      kind: z.enum(['flask', 'quart', 'fastapi', 'starlette', 'celery']),
      module: z.string(),
      name: z.string(),
      factory: z.boolean(),
      file: z.string(),
      root: z.string(),
      line: z.number(),
      routes: z.array(z.string()),
    }),
  ),
  django: z.array(
    z.object({
      manage: z.string(),
      root: z.string(),
      settings: z.string().nullable(),
      wsgi: z.string().nullable(),
      asgi: z.string().nullable(),
      routes: z.array(z.string()),
      debug: settingSchema(z.boolean()),
      allowedHosts: settingSchema(z.array(z.string())),
      database: settingSchema(z.boolean()),
      /** Where staticfiles is installed, and nothing serves its files. */
      static: settingSchema(z.boolean()),
    }),
  ),
  unreadable: z.array(z.object({ file: z.string(), line: z.number(), message: z.string() })),
});

/** What a project's Python files hold that could be started. */
export type PythonSurvey = z.infer<typeof surveySchema>;
export type DjangoProject = PythonSurvey['django'][number];

/** The program that parses: beside `src/` in the repo, and beside `dist/` in the package. */
const program = join(import.meta.dirname, '..', '..', 'agent', 'conc_init');

/** Parses Python files by Python's own `ast`, without importing any. ConcError `init.python`. */
export async function surveyPython(python: string, folder: string, files: readonly string[]): Promise<PythonSurvey> {
  const child = spawn(python, ['-I', '-B', program], { stdio: 'pipe' });
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (exit) => resolve(exit === 0 ? null : `it ended with ${exit}`));
  });
  // A program that ends early is told by how it ended, not by the pipe that it left.
  child.stdin.on('error', () => {}).end(JSON.stringify({ folder, files }));
  const [stdout, stderr, failure] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (failure === null) return surveySchema.parse(JSON.parse(stdout));
  throw new ConcError({
    code: 'init.python',
    message: `${python} could not read the project's source: ${failure}`,
    hint: 'conc init needs Python 3.8 or newer on this machine',
    evidence: stderr.trim().split('\n').filter(Boolean).slice(-3),
    exit: 2,
  });
}
