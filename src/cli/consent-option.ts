import { Option } from 'commander';

/** `--yes NODE`, which may be given several times. */
export const yesOption = (): Option =>
  new Option('--yes <node>', 'consent for a protected node, by its name; may be given several times').argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );
