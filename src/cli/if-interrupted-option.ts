import { Option } from 'commander';
import type { IfInterrupted } from '../deploy/if-interrupted.ts';

/** For programs that deploy, with nobody there to decide: what becomes of a change that was interrupted there. */
export const ifInterruptedOption = (): Option =>
  new Option(
    '--if-interrupted <what>',
    'a change that was interrupted or halted there: fail, go on with it, or give it up first',
  )
    .choices(['fail', 'continue', 'abandon'] satisfies IfInterrupted[])
    .default('fail' satisfies IfInterrupted);
