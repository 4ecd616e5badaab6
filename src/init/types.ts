/** What conc init does to one file. */
export interface FileChange {
  /** Below the project's folder. */
  readonly path: string;
  /** `new`: written whole, and only where there is none. `changed`: added to; nothing that was there is altered. */
  readonly kind: 'new' | 'changed';
  /** The whole text afterwards. */
  readonly text: string;
  /** What a changed file had before: it is written only over that. */
  readonly before?: string;
  /** What it is for, or what was added and why. */
  readonly why: string;
}

/** Something that can be started: what `process.NAME.command` would be. */
export interface Candidate {
  readonly kind: 'django' | 'flask' | 'quart' | 'fastapi' | 'starlette' | 'celery' | 'script';
  /** `guestbook.web:app`, `shop-worker` */
  readonly target: string;
  /** Where it was found: `src/guestbook/web.py:5`. */
  readonly found: string;
  /** A function that makes the application. */
  readonly factory: boolean;
  /** Pages that answer to a plain GET. */
  readonly routes: readonly string[];
  /** Served by ASGI rather than WSGI. */
  readonly asgi: boolean;
  /** The folder that the module is imported from: `src`, or empty. */
  readonly root: string;
}

/** A process as conc.ini will have it. */
export interface PlannedProcess {
  readonly name: string;
  readonly command: string;
  readonly listen: string | null;
  /** A comment above it. */
  readonly why: string;
  /** What follows it: other keys, by name and value, and comments. */
  readonly more?: readonly string[];
}

/** All that `conc init` will do, before any of it is done. */
export interface InitPlan {
  readonly app: string;
  /** What was found to serve: `a Flask application, guestbook.web:app (src/guestbook/web.py:5)`. */
  readonly found: readonly string[];
  readonly changes: readonly FileChange[];
  /** Files that were there already and stay as they are. */
  readonly kept: readonly string[];
  readonly warnings: readonly string[];
  /** false: somebody has to choose in conc.ini first. */
  readonly decided: boolean;
  /** Commands: from here to a page. */
  readonly next: readonly string[];
  /** What to do once it serves: in a repository, to commit what was written. Later builds want it so. */
  readonly afterwards: readonly string[];
}
