import type { Command } from 'commander';

/** What a command may use of the terminal. Made once, in main.ts: the only place that prints or exits. */
export interface CliContext {
  /** Data: stdout. The newline is added. */
  readonly out: (text: string) => void;
  /** Progress, warnings, logs: stderr. The newline is added. */
  readonly err: (text: string) => void;
  /** May colours be used on stderr/stdout? (NO_COLOR, a terminal, --json) */
  readonly colour: boolean;
  /** stderr is a terminal: live progress may be drawn. */
  readonly live: boolean;
  /** A person can be asked: stdin is a terminal. */
  readonly interactive: boolean;
  readonly cwd: string;
  /** Sets the exit code; 0 if never called. Others than 0 to 4: that of a program that `conc exec` ran. Failures are thrown as ConcError and printed by main.ts, as text or, with --json, as JSON. */
  readonly finish: (exit: number) => void;
  /** What stands behind `--`, for the one command that passes it on. */
  readonly rest?: readonly string[];
}

/** Options that every command takes; main.ts adds them, so a command reads them with `command.optsWithGlobals()`. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/**
 * What every module in `commands/` exports as `define`: gives the commander command its arguments, options, examples
 * (`addHelpText('after', …)`) and action. The action calls one function of the inner folders and prints its value.
 */
export type Define = (command: Command, context: CliContext) => void;
