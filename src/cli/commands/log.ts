import type { NodeSettings } from '../../config/types.ts';
import { withNode } from '../../deploy/open.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { quote } from '../../ops/shell.ts';
import { type History, type HistoryEntry, readHistory } from '../../release/history.ts';
import { askAt } from '../ask.ts';
import type { CommonOptions, Define } from '../context.ts';
import { selectSettings } from '../select.ts';

interface Options extends CommonOptions {
  readonly limit: string;
}

export const define: Define = (command, context) => {
  command
    .argument('<node...>', 'names, @GROUP, or @all')
    .option('--limit <n>', 'the newest n changes', '20')
    .addHelpText(
      'after',
      `
Examples:
  conc log web1               the last twenty changes: when, what, by whom, what came of it
  conc log web1 --limit 1     the last one
  conc log @web --json        one object a line`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      const ask = askAt(context);
      const limit = positive(options.limit);
      for (const settings of selectSettings(words, options, context)) {
        const history = await withNode(settings, { ask }, ({ session }) => readHistory(session, settings.root, limit));
        if (options.json === true) context.out(JSON.stringify({ node: settings.name, ...history }));
        else for (const line of historyLines(settings, history)) context.out(line);
      }
    });
};

function historyLines({ name, root }: NodeSettings, { entries, damaged }: History): string[] {
  if (entries.length === 0 && damaged === 0) return [`${name} has no history yet`];
  const left = `left out: ${damaged === 1 ? 'a line' : `${damaged} lines`} of ${root}/history.jsonl on ${name}, damaged since`;
  return [...entries.flatMap(entryLines), ...(damaged === 0 ? [] : [left])];
}

function entryLines({
  time,
  kind,
  release,
  version,
  by,
  outcome,
  seconds,
  jobs,
  taken,
  note,
  argv,
}: HistoryEntry): string[] {
  const what = release === null ? kind : `${kind} ${release}${version === null ? '' : ` (${version})`}`;
  const bad = jobs.find(({ status }) => status !== 'OK' && status !== 'STOPPED');
  return [
    `${time}  ${what}: ${outcome}, ${seconds.toFixed(1)} s, by ${by}`,
    ...(argv === undefined ? [] : [`    $ ${argv.map(quote).join(' ')}`]),
    ...(bad === undefined ? [] : [`    ${bad.name} ${bad.status}`]),
    ...jobs.flatMap(({ name, said }) => (said === undefined ? [] : [`    ${name} ${said}`])),
    ...taken.map((each) => `    ${each.what} by ${each.by}${each.because === null ? '' : ` (${each.because})`}`),
    ...(note == null || note === '' ? [] : [`    ${note}`]),
  ];
}

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new ConcError({ code: 'usage', message: `--limit ${text}: a whole number from 1 on is expected`, exit: 2 });
}
