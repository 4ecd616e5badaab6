import type { Emit } from '../report/events.ts';
import { jsonLines } from '../report/json-lines.ts';
import { terminalReport } from '../report/terminal.ts';
import { tellTogether } from '../report/together.ts';
import type { CliContext, CommonOptions } from './context.ts';

/** Where the events of a change go: as JSON lines to stdout, or told to a person on stderr. `together`: of several nodes at once. */
export function reportOf(options: CommonOptions, context: CliContext, together = false): Emit {
  if (options.json === true) return jsonLines(context.out);
  const tell = terminalReport({
    write: (text) => void process.stderr.write(text),
    live: context.live,
    colour: context.colour,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
    columns: () => process.stderr.columns ?? 100,
    now: () => performance.now(),
  });
  return together ? tellTogether(tell) : tell;
}
