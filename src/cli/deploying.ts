// What a deploy needs once the log-in to its node is under way: loaded meanwhile.
export { deployNode } from '../deploy/deploy.ts';
export { findBundle } from './find-bundle.ts';
export { onceFor } from './once.ts';
