import { nameWidth } from '../plan/columns.ts';
import { bytesText, countOf } from '../plan/units.ts';
import { timingsTable } from '../timings/table.ts';
import type {
  AskedEvent,
  ChangeEvent,
  ConcEvent,
  DoneEvent,
  Emit,
  LogEvent,
  NodeEvent,
  ProgressEvent,
  SummaryEvent,
  UndoEvent,
} from './events.ts';
import { LiveLine } from './live-line.ts';
import { type Paint, painter, statusStyle } from './paint.ts';

export interface TerminalOptions {
  /** Writes as it is: no newline is added. */
  readonly write: (text: string) => void;
  readonly live: boolean;
  readonly colour: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly columns: () => number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Events as a person reads them: a line for each job, what it came to at the end, a live line where there is a terminal. */
export function terminalReport(options: TerminalOptions): Emit {
  const line = new LiveLine(options.write, options.columns);
  const paint = painter(options.colour);
  const print = (lines: readonly string[]) => line.print(lines.map((text) => `${text}\n`).join(''));
  let progress: ProgressEvent | undefined;
  let width = nameWidth([]);
  return (event: ConcEvent) => {
    switch (event.event) {
      case 'change':
        width = nameWidth(event.jobs);
        if (!options.quiet) print(changeLines(event, paint));
        return;
      case 'start': {
        progress = undefined;
        const since = options.now();
        if (options.live && !options.quiet) {
          line.start(() => liveText(event.index, event.job.padEnd(width), (options.now() - since) / 1000, progress));
        }
        return;
      }
      case 'progress':
        progress = event;
        return;
      case 'done':
        line.stop();
        if (!options.quiet || isBad(event)) print(doneLines(event, width, paint));
        return;
      case 'undo':
        line.stop();
        print(undoLines(event, width, paint));
        return;
      case 'log':
        if (options.verbose || (isWarning(event) && !options.quiet)) print([logLine(event)]);
        return;
      case 'asked':
        if (event.what === 'leave') line.stop();
        print([paint('yellow', askedText(event))]);
        return;
      case 'former':
        line.stop();
        print([paint('yellow', event.text)]);
        return;
      case 'node':
        line.stop();
        print(nodeLines(event, paint));
        return;
      case 'timings':
        line.stop();
        print(timingsTable(event.timings));
        return;
      case 'summary':
        line.stop();
        if (event.nodes.length > 1) print(summaryLines(event, paint));
        return;
    }
  };
}

const isBad = ({ status }: DoneEvent): boolean => status !== 'OK' && status !== 'STOPPED';

function changeLines({ app, version, bundle, node, serves }: ChangeEvent, paint: Paint): string[] {
  const now = serves === null ? `${node} serves nothing yet` : `${node} serves ${serves.id} (${serves.version})`;
  // Secrets may be set before there is any bundle.
  if (bundle === '') return [`${paint('bold', app)} · ${now}`];
  return [`${paint('bold', `${app} ${version}`)} · bundle ${bundle.slice(0, 8)} · ${now}`];
}

function doneLines(event: DoneEvent, width: number, paint: Paint): string[] {
  const { index, job, status, seconds, text, evidence, hint } = event;
  const head = `${String(index).padStart(2)} ${job.padEnd(width)} ${paint(statusStyle[status], status.padEnd(9))} ${secondsText(seconds)}  ${text}`;
  return [head.trimEnd(), ...wordsOf(evidence, paint), ...(hint === undefined ? [] : [`     ${hint}`])];
}

function undoLines({ status, seconds, text, evidence }: UndoEvent, width: number, paint: Paint): string[] {
  return [
    ` . ${'undo'.padEnd(width)} ${paint(statusStyle[status], status.padEnd(9))} ${secondsText(seconds)}  ${text}`.trimEnd(),
    ...wordsOf(evidence, paint),
  ];
}

function nodeLines(event: NodeEvent, paint: Paint): string[] {
  const style =
    event.outcome === 'proven' || event.outcome === 'stopped' || event.outcome === 'abandoned' ? 'green' : 'yellow';
  const evidence = event.error?.evidence ?? [];
  return [
    `${paint(style, event.state)} ${secondsText(event.seconds).trim()}`,
    ...wordsOf(
      evidence.map((line) => `| ${line}`),
      paint,
    ),
    ...(event.hint === undefined ? [] : [event.hint]),
  ];
}

const summaryLines = ({ nodes }: SummaryEvent, paint: Paint): string[] => [
  '',
  `${countOf(nodes.length, 'node')}:`,
  ...nodes.map(({ node, outcome, release }) =>
    `  ${node.padEnd(20)} ${paint('bold', outcome.padEnd(9))} ${release ?? ''}`.trimEnd(),
  ),
];

/** Other programs' own words, as the job quotes them: a line that says whose they are, then `| ` and a line of theirs. */
const wordsOf = (lines: readonly string[], paint: Paint): string[] => lines.map((text) => paint('dim', `     ${text}`));

/** What loggers say that somebody should hear; what is printed to stderr is anything at all. */
const isWarning = ({ level, name }: LogEvent): boolean =>
  name !== 'stderr' && ['WARNING', 'ERROR', 'CRITICAL'].includes(level.toUpperCase());

const logLine = ({ time, level, host, name, message }: LogEvent): string =>
  `     ${clock(time)} ${level.toLowerCase().padEnd(7)} ${host} ${name}: ${message}`;

/** `14:02:11`, of the day here. */
const clock = (time: string): string => new Date(time).toTimeString().slice(0, 8);

function askedText({ what, by, node }: AskedEvent): string {
  switch (what) {
    case 'halt':
      return `${by}: the running job is finished, then the change halts. Again to end the running job now`;
    case 'cancel':
      return `${by}: the running job is being ended, with all that it started. Once more to leave at once`;
    case 'leave':
      return `${by}: conc leaves at once. ${node} ends the job by itself, and undoes what it must: conc status ${node} --follow`;
  }
}

function liveText(index: number, job: string, elapsed: number, progress: ProgressEvent | undefined): string {
  const head = `${String(index).padStart(2)} ${job} ${'…'.padEnd(9)} ${secondsText(elapsed)}`;
  return progress === undefined ? head : `${head}  ${progressText(progress)}`;
}

function progressText({ done, total, unit, text }: ProgressEvent): string {
  const said = text === undefined || text === '' ? '' : `  ${text}`;
  const amount = unit === 'bytes' ? bytesText(done) : `${done.toLocaleString('en')}${total === null ? ` ${unit}` : ''}`;
  if (total === null) return amount + said;
  const whole = unit === 'bytes' ? bytesText(total) : `${total.toLocaleString('en')} ${unit}`;
  return `${amount} of ${whole}${said}`;
}

const secondsText = (seconds: number): string => `${seconds.toFixed(1).padStart(5)} s`;
