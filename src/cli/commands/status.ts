import { type Look, lookAt } from '../../deploy/look.ts';
import { askAt } from '../ask.ts';
import type { CommonOptions, Define } from '../context.ts';
import { selectSettings } from '../select.ts';
import { currentRelease, statusLines } from '../status-lines.ts';

interface Options extends CommonOptions {
  readonly follow?: boolean;
}

export const define: Define = (command, context) => {
  command
    .argument('[node...]', 'names, @GROUP, or @all', ['@all'])
    .option('--follow', 'show what a running change does, until it has ended or halted')
    .addHelpText(
      'after',
      `
Examples:
  conc status              every node
  conc status web1 --json  one, for a program
  conc status web1 --follow
                           watch a change, whoever runs it: its jobs from the first on, and live

Ctrl-C ends the watching; the change is not touched by it. Exit code 1 when a node can't be reached.`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      if (options.follow === true) {
        const { followOne } = await import('../follow.ts');
        return followOne(selectSettings(words, options, context), options, context);
      }
      const looks = await lookAt(selectSettings(words, options, context), { ask: askAt(context), usage: true });
      if (options.json === true) context.out(JSON.stringify({ nodes: looks.map(statusJson) }));
      else for (const look of looks) for (const line of statusLines(look)) context.out(line);
      if (looks.some((look) => 'error' in look)) context.finish(1);
    });
};

function statusJson(look: Look): object {
  const node = look.settings.name;
  if ('error' in look) return { node, reachable: false, release: null, change: null, error: look.error.toJSON() };
  const { survey } = look;
  const current = currentRelease(survey);
  return {
    node,
    reachable: true,
    release:
      current === undefined
        ? null
        : {
            id: current.id,
            bundle: current.bundle,
            version: current.version,
            proven: current.state === 'proven',
            since: current.since,
            by: current.by,
            ...(current.env === null ? {} : { env: current.env }),
          },
    change:
      survey.change === null
        ? null
        : {
            state: survey.change.state,
            kind: survey.change.kind,
            by: survey.change.by,
            since: survey.change.since,
            job: survey.change.job?.name ?? null,
            controller: survey.change.controller,
            heard: survey.change.heard,
          },
    guarded: survey.guarded,
    owed: survey.owed,
    processes: survey.processes,
  };
}
