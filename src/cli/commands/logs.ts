import { byTime, type LogLine, logsOf } from '../../deploy/logs.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { askAt } from '../ask.ts';
import type { CommonOptions, Define } from '../context.ts';
import { leavingBySignal } from '../leaving.ts';
import { selectSettings } from '../select.ts';

interface Options extends CommonOptions {
  readonly lines: string;
  readonly follow?: boolean;
}

export const define: Define = (command, context) => {
  command
    .argument('<node>', 'a name, @GROUP, or @all')
    .argument('[process]', 'of this process only')
    .option('-n, --lines <n>', 'the last n lines of each log', '20')
    .option('-f, --follow', 'go on as lines come, until Ctrl-C')
    .addHelpText(
      'after',
      `
Examples:
  conc logs web1               the last lines of every process there
  conc logs web1 web -n 100    of one process
  conc logs @web -f            of several nodes, as they come
  conc logs @web --json        one object a line: node, log, line

Lines of several nodes are put in order by the times that they begin with. They are what processes write to their
output: shared/log/ on the node.`,
    )
    .action(async (node: string, process: string | undefined) => {
      const options: Options = command.optsWithGlobals();
      const wish = { process, lines: count(options.lines), follow: options.follow === true };
      const nodes = selectSettings([node], options, context);
      using leaving = leavingBySignal();
      const widest = Math.max(...nodes.map(({ name }) => name.length));
      const print = (line: LogLine): void =>
        context.out(
          options.json === true
            ? JSON.stringify(line)
            : `${nodes.length > 1 ? `${line.node.padEnd(widest)} ` : ''}${line.log.padEnd(8)} | ${line.line}`,
        );
      const lines: LogLine[] = [];
      const take = wish.follow ? print : (line: LogLine) => lines.push(line);
      const opening = { ask: askAt(context) };
      const ends = await Promise.allSettled(nodes.map((each) => logsOf(each, wish, opening, take, leaving.signal)));
      for (const line of byTime(lines)) print(line);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    });
};

function count(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new ConcError({ code: 'usage', message: `--lines ${text}: a whole number is expected`, exit: 2 });
}
