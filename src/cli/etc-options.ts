import { Option } from 'commander';
import type { EtcWishes } from '../etc/types.ts';

/** What a person says of files of the machine's configuration that someone else changed. */
export interface EtcOptions {
  readonly acceptForeign?: readonly string[];
  readonly overwrite?: readonly string[];
}

export const acceptForeignOption = (): Option =>
  new Option('--accept-foreign <path...>', 'leave these files as they are, which others than conc wrote or changed');

export const overwriteOption = (): Option =>
  new Option(
    '--overwrite <path...>',
    'replace these files, or remove them, though others than conc wrote or changed them',
  );

export const etcWishes = ({ acceptForeign = [], overwrite = [] }: EtcOptions): EtcWishes => ({
  accept: acceptForeign,
  overwrite,
});
