import { init } from '../../init/init.ts';
import type { InitPlan } from '../../init/types.ts';
import type { CliContext, CommonOptions, Define } from '../context.ts';

export const define: Define = (command, context) => {
  command
    .addHelpText(
      'after',
      `
Looks at the Python project in this folder, without importing any of it: its build tool, its requirements, what could be
served or run (Django, Flask, FastAPI, Starlette, Quart, Celery, console scripts). Writes conc.ini with a node on this machine, a devops
subpackage and a test; adds to requirements what serves the application, and a pyproject.toml where modules have none.
What is there already is added to at most, never overwritten.

Examples:
  conc init              in the folder of pyproject.toml, manage.py or app.py
  conc init --json       {"app", "found", "decided", "changes": [{path, kind, why}], "kept", "warnings", "next", "afterwards"}

Exit codes: 0 ready · 1 written, but what is to be started must be chosen in conc.ini · 2 nothing was written`,
    )
    .action(async () => {
      const options: CommonOptions = command.optsWithGlobals();
      const plan = await init(context.cwd, process.env);
      if (options.json === true) context.out(JSON.stringify(asJson(plan)));
      else print(plan, context);
      if (!plan.decided) context.finish(1);
    });
};

const asJson = ({ app, found, decided, changes, kept, warnings, next, afterwards }: InitPlan): object => ({
  ...{ app, found, decided },
  changes: changes.map(({ path, kind, why }) => ({ path, kind, why })),
  ...{ kept, warnings, next, afterwards },
});

function print(
  { app, found, changes, kept, warnings, decided, next, afterwards }: InitPlan,
  context: CliContext,
): void {
  context.out(found.length === 0 ? app : `${app}: ${found.join(', and ')}`);
  const width = Math.max(...changes.map(({ path }) => path.length));
  for (const { path, kind, why } of changes) context.out(`  ${kind.padEnd(7)}  ${path.padEnd(width)}  ${why}`);
  for (const path of kept) context.out(`  kept     ${path.padEnd(width)}  it was there`);
  for (const warning of warnings) context.err(`Warning: ${warning}`);
  context.out(decided ? `Next: ${next.join(' && ')}` : `Next: choose in conc.ini, then ${next.join(' && ')}`);
  if (afterwards.length > 0) context.out(`Once it serves: ${afterwards.join(' && ')}`);
}
