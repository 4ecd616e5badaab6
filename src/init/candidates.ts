import { z } from 'zod';
import { type FoundProject, poetrySchema } from './project.ts';
import type { DjangoProject, PythonSurvey } from './python-source.ts';
import type { Candidate } from './types.ts';

/** Everything in a project that could be started, by what it is for. */
export interface Candidates {
  readonly web: readonly Candidate[];
  readonly workers: readonly Candidate[];
  readonly scripts: readonly Candidate[];
}

export function findCandidates(project: FoundProject, survey: PythonSurvey): Candidates {
  const applications = survey.applications.map(
    ({ kind, module, name, factory, file, line, root, routes }): Candidate => {
      return {
        kind,
        target: `${module}:${name}`,
        found: `${file}:${line}`,
        factory,
        asgi: asgiKinds.has(kind),
        routes,
        root,
      };
    },
  );
  const django = survey.django.flatMap(djangoCandidate);
  const web = applications.filter(({ kind }) => kind !== 'celery');
  const objects = web.filter(({ factory }) => !factory);
  return {
    web: [...django, ...(objects.length > 0 ? objects : web)],
    workers: applications.filter(({ kind, factory }) => kind === 'celery' && !factory),
    scripts: scriptsOf(project),
  };
}

function djangoCandidate({ manage, root, wsgi, asgi, routes }: DjangoProject): Candidate[] {
  const application = asgi ?? wsgi;
  if (application === null) return [];
  const dot = application.lastIndexOf('.');
  const target = `${application.slice(0, dot)}:${application.slice(dot + 1)}`;
  return [{ kind: 'django', target, found: manage, factory: false, routes, root, asgi: asgi !== null }];
}

const asgiKinds: ReadonlySet<string> = new Set(['quart', 'fastapi', 'starlette']);

/** Console scripts: `[project.scripts]`, Poetry's, setup.cfg's. */
function scriptsOf({ pyproject, setupCfg }: FoundProject): Candidate[] {
  const own = z.record(z.string(), z.string()).safeParse(pyproject?.toml.project?.scripts);
  const poetry = poetrySchema.safeParse(pyproject?.toml.tool?.poetry);
  const cfg = /^console_scripts *=\s*\n((?:[ \t]+\S.*\n?)+)/m.exec(setupCfg ?? '')?.[1] ?? '';
  const names = (text: string): string[] => [...text.matchAll(/^\s+([\w.-]+) *=/gm)].map(([, name = '']) => name);
  const found = [
    ...Object.keys(own.success ? own.data : {}).map((name) => [name, 'pyproject.toml, [project.scripts]'] as const),
    ...Object.keys((poetry.success ? poetry.data.scripts : undefined) ?? {}).map(
      (name) => [name, 'pyproject.toml, [tool.poetry.scripts]'] as const,
    ),
    ...names(cfg).map((name) => [name, 'setup.cfg, console_scripts'] as const),
  ];
  return found.map(([target, place]) => {
    return { kind: 'script', target, found: place, factory: false, asgi: false, routes: [], root: '' };
  });
}
