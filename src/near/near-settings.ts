import type { NodeSettings } from '../config/types.ts';
import { DEFAULT_LINK } from '../gateway/target.ts';

/** The near root as a node: it serves nothing, and keeps one environment besides the newest. */
export const nearSettings = (app: string, root: string, python: string): NodeSettings => ({
  name: 'this machine',
  app,
  gateway: 'popen',
  root,
  groups: [],
  etcRoot: null,
  python,
  ssh: undefined,
  link: DEFAULT_LINK,
  service: 'none',
  serviceUser: undefined,
  processes: [],
  health: { url: undefined, status: 200, command: undefined, tries: 1, interval: 1, timeout: 1 },
  lock: { requirements: [], extras: [], groups: [], devops: undefined },
  packages: [],
  keep: 1,
  confirmWithin: 60,
  confirmFresh: false,
  protected: false,
  allowCollisions: [],
  attributes: {},
  jobs: null,
  once: false,
  tests: { levels: [], timeout: 60 },
  sudoPasswordCommand: undefined,
  identity: {},
  allowSecrets: [],
  allowTests: [],
});
