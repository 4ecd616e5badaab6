/** When a fault strikes, counted from what the controller tells with `--json`. */
export type Moment =
  /** As soon as the job is told to begin. */
  | { readonly kind: 'at'; readonly job: string }
  /** After a part of the time that the job took before. */
  | { readonly kind: 'in'; readonly job: string; readonly part: number }
  /** After a part of the time that all of it took before. */
  | { readonly kind: 'random'; readonly part: number }
  /** Before conc is started, or all the time. */
  | { readonly kind: 'whole' };

/** How long each job, and all of them, took when nothing went wrong. Seconds. */
export interface Durations {
  readonly jobs: ReadonlyMap<string, number>;
  readonly all: number;
}

/** The jobs of the default sequence, in order. */
export const JOBS = ['preflight', 'deliver', 'install', 'verify', 'switch', 'restart', 'health', 'confirm', 'prune'];

export const momentText = (moment: Moment): string => {
  switch (moment.kind) {
    case 'at':
      return `as ${moment.job} begins`;
    case 'in':
      return `in ${moment.job}, at ${Math.round(moment.part * 100)} %`;
    case 'random':
      return `at random, ${Math.round(moment.part * 100)} %`;
    case 'whole':
      return 'all the time';
  }
};

/** The column of the page. */
export const momentColumn = (moment: Moment): string =>
  moment.kind === 'at' || moment.kind === 'in' ? moment.job : moment.kind === 'random' ? 'at random' : 'all the time';

/** Calls back once, at that moment of the events that are fed in. */
export function momentWatch(moment: Moment, usual: Durations, strike: () => void): (event: EventLine) => void {
  let armed = true;
  const fire = (seconds: number): void => {
    armed = false;
    if (seconds === 0) strike();
    else setTimeout(strike, seconds * 1000);
  };
  return (event) => {
    if (!armed) return;
    if (moment.kind === 'random' && event.event === 'change') fire(moment.part * usual.all);
    if ((moment.kind === 'at' || moment.kind === 'in') && event.event === 'start' && event.job === moment.job) {
      fire(moment.kind === 'at' ? 0 : moment.part * (usual.jobs.get(moment.job) ?? 0));
    }
  };
}

/** What is looked at of a line of `--json`. */
export interface EventLine {
  readonly event?: string;
  readonly job?: string;
  readonly seconds?: number;
  readonly time?: string;
  readonly exit?: number;
  readonly nodes?: readonly { readonly outcome: string }[];
}
