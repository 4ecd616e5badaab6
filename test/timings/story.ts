import type { Json } from '../../src/gateway/types.ts';
import { TimingsRecorder } from '../../src/timings/timings.ts';
import type { Figures, Phase, Timings } from '../../src/timings/types.ts';

/** The node's monotonic clock is so many seconds ahead of the controller's. */
export const AHEAD = 1000;
/** When the command began, by the controller's. */
export const BEGAN = 50;

/** A deploy as a session would tell it, by a clock that is set: every time below is one of the controller's, since the command began. */
export function story(): Timings {
  let at = 0;
  let cpu = 0;
  const recorder = new TimingsRecorder({ now: () => at + BEGAN, cpu: () => cpu }, BEGAN);
  const until = (time: number, used = 0): void => {
    at = time;
    cpu += used;
  };
  const far = (time: number): number => time + BEGAN + AHEAD;
  const span = (name: string, depth: number, start: number, end: number, used: number, programs = 0): Json => ({
    ...{ name, depth, start: far(start), end: far(end), cpu: used, programs },
  });

  until(0.5, 0.3);
  const session = recorder.connection('web1');
  session.sent(7000);
  until(0.9, 0.05);
  session.received(20);
  session.stage('banner');
  until(1, 0.01);
  session.received(900);
  session.stage('hello');
  until(1.01, 0.01);
  session.called(1, 'survey');
  session.sent(3000);
  until(1.05);
  session.heard(1, { timings: { clock: far(1.04), cpu: 0.08, born: far(0.7) } });
  session.asked();
  until(1.2);
  session.heard(1, { timings: { clock: far(1.19), spans: [span('survey', 0, 1.04, 1.19, 0.02)] } });
  session.received(400);
  session.ended(1);
  until(1.5, 0.2);
  session.called(3, 'run');
  session.sent(50);
  until(1.515);
  session.heard(3, { timings: { clock: far(1.51), cpu: 0.1, born: far(0.7) } });
  until(1.6);
  session.heard(3, { job: 'deliver', index: 1, state: 'start', lost: 'halt' });
  session.heard(3, { job: 'deliver', want: ['ab'] });
  session.sent(100_000);
  until(2.1, 0.4);
  session.received(30);
  session.heard(3, { job: 'deliver', index: 1, state: 'done', status: 'OK', seconds: 0.5 });
  until(2.115);
  session.heard(3, {
    timings: { clock: far(2.11), spans: [span('receive', 2, 1.7, 2, 0.1), span('deliver', 1, 1.6, 2.1, 0.15)] },
  });
  session.heard(3, { job: 'install', index: 2, state: 'start', lost: 'halt' });
  const confirming = recorder.connection('web1');
  until(2.15, 0.02);
  confirming.stage('over');
  until(3.1, 0.01);
  session.heard(3, { job: 'install', index: 2, state: 'done', status: 'OK', seconds: 1 });
  const parts = [span('link', 2, 2.2, 2.3, 0.1), span('unpack', 2, 2.4, 2.8, 0.3, 0.7), span('link', 2, 2.9, 3, 0.1)];
  const install = span('install', 1, 2.1, 3.1, 0.6, 0.7);
  until(3.115);
  session.heard(3, { timings: { clock: far(3.11), spans: [...parts, install] } });
  until(3.205);
  session.heard(3, { timings: { clock: far(3.2), spans: [span('run', 0, 1.51, 3.19, 0.9, 0.7)] } });
  until(3.21);
  session.ended(3);
  until(3.25, 0.01);
  session.stage('closing');
  until(3.4);
  session.stage('over');
  until(3.5, 0.1);
  return recorder.timings();
}

/** What a phase's parts leave of it, in the figures that each side measures of its own. */
export const left = (whole: Figures, parts: readonly Figures[], figure: keyof Figures): number =>
  (whole[figure] ?? 0) - parts.reduce((sum, part) => sum + (part[figure] ?? 0), 0);

/** A phase and all that lies in it. */
export const withParts = (phase: Phase): Phase[] => [phase, ...phase.parts.flatMap(withParts)];
