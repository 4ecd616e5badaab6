import { z } from 'zod';
import { type FoundProject, poetrySchema } from '../project.ts';
import { requirementLines } from './lines.ts';
import { poetryDependencies, projectDependencies } from './pyproject.ts';
import { setupCfgRequirements } from './setup-cfg.ts';
import type { Requirements } from './types.ts';

/** Where a project says what it needs; null: nowhere yet, or nowhere that is read without running its backend. */
export async function findRequirements(project: FoundProject): Promise<Requirements | null> {
  const { folder, pyproject, setupCfg, setupPy, files } = project;
  const own = pyproject?.toml.project;
  const lines = (file: string): Promise<Requirements> => requirementLines(folder, file);
  if (pyproject !== null && own !== undefined && !own.dynamic.includes('dependencies'))
    return projectDependencies(pyproject.text);
  const poetry = poetrySchema.safeParse(pyproject?.toml.tool?.poetry);
  if (pyproject !== null && poetry.success && poetry.data.dependencies !== undefined)
    return poetryDependencies(pyproject.text, poetry.data.dependencies);
  const [read] = dynamicFiles(pyproject?.toml.tool?.setuptools).filter((file) => files.includes(file));
  if (read !== undefined) return lines(read);
  const cfg = setupCfg === null ? null : setupCfgRequirements(setupCfg);
  if (cfg !== null) return cfg;
  if (!files.includes('requirements.txt')) return null;
  const isRead = setupPy?.includes('requirements.txt') === true || own?.dynamic.includes('dependencies') === true;
  return project.buildable && !isRead ? null : lines('requirements.txt');
}

const dynamicSchema = z.object({
  dynamic: z.object({ dependencies: z.object({ file: z.union([z.string(), z.array(z.string())]) }) }),
});

function dynamicFiles(setuptools: unknown): string[] {
  const parsed = dynamicSchema.safeParse(setuptools);
  return parsed.success ? [parsed.data.dynamic.dependencies.file].flat() : [];
}
