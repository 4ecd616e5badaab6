// What a plan needs once the log-in to its node is under way: loaded meanwhile.
export { planDeploy } from '../deploy/deploy.ts';
export { describePlan, planJson } from '../plan/describe.ts';
export { servesAlready } from '../plan/plan.ts';
export { findBundle } from './find-bundle.ts';
export { onceFor } from './once.ts';
