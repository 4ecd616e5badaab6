import { hostname, userInfo } from 'node:os';

/** Who asks, as history and locks name it: `deploy@build-3`. A claim, not a proof. */
export const who = (): string => `${userInfo().username}@${hostname()}`;
