import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commandsPage, renderCommands } from '../../scripts/reference/commands.ts';
import { outcomesPage, renderOutcomes } from '../../scripts/reference/outcomes.ts';
import { commands } from '../../src/cli/commands.ts';

// Made anew by: node scripts/reference.ts
it("the page of commands is what scripts/reference.ts makes of the commands' help", async () => {
  const page = await renderCommands();
  expect(readFileSync(commandsPage, 'utf8')).toBe(page);
  const chapters = [...page.matchAll(/^## conc (\w+)\n\n```\nUsage: conc (\w+) /gm)].map(([, title, usage]) => [
    title,
    usage,
  ]);
  expect(chapters).toEqual(commands.map(({ name }) => [name, name]));
});

it('the page of outcomes is what scripts/reference.ts makes of the exit codes', () => {
  expect(readFileSync(outcomesPage, 'utf8')).toBe(renderOutcomes());
  expect(renderOutcomes()).toContain('| halted | 4 | ');
});
