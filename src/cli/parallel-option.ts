import { InvalidArgumentError, Option } from 'commander';

/**
 * So many log-ins at once come through what they may share: an sshd that is a jump host lets ten be under way before it
 * begins to drop some (sshd_config(5), MaxStartups).
 */
const AT_ONCE = 8;

export interface ParallelOptions {
  readonly parallel: number;
}

export const parallelOption = (): Option =>
  new Option(
    '--parallel <n>',
    'change so many nodes at the same time, once the first came to a good end; 1: one by one',
  )
    .default(AT_ONCE)
    .argParser((text) => {
      if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It is a number of nodes, 1 or more.');
      return Number(text);
    });
