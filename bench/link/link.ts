import { join } from 'node:path';

const program = join(import.meta.dirname, 'slow_link.py');

export interface Link {
  /** Seconds, each way. */
  readonly delay?: number;
  /** Bytes a second, each way; 0: as many as there are. */
  readonly rate?: number;
  /** The connection ends once so many bytes went up; 0: never. */
  readonly cut?: number;
}

/** ssh_config(5) for a node behind such a link. */
export const behind = ({ delay = 0, rate = 0, cut = 0 }: Link): string =>
  `ProxyCommand /usr/bin/python3 ${program} %h %p ${delay} ${rate} ${cut}`;
