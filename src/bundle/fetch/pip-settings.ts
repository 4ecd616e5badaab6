import { readFile } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { parseIni } from '../../config/parse.ts';

/** pip's options that name indexes. */
const pipOptions = ['index-url', 'extra-index-url'] as const;

/** One of pip's own settings that names indexes. */
export interface PipSetting {
  readonly option: (typeof pipOptions)[number];
  /** Addresses, as written: credentials may be in them. */
  readonly values: readonly string[];
  /** `PIP_INDEX_URL`, `/home/me/.config/pip/pip.conf:3` */
  readonly place: string;
}

/**
 * What pip would read of its settings, in its order: of one option the last one counts. Files are those that pip's manual
 * names ("Configuration"); of a venv that of the active one.
 */
export async function pipSettings(env: NodeJS.ProcessEnv): Promise<readonly PipSetting[]> {
  const settings: PipSetting[] = [];
  for (const file of await settingsFiles(env)) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) settings.push(...inFile(text, file));
  }
  for (const option of pipOptions) {
    const name = `PIP_${option.toUpperCase().replaceAll('-', '_')}`;
    const values = wordsOf(env[name] ?? '');
    if (values.length > 0) settings.push({ option, values, place: name });
  }
  return settings;
}

/** Those that count: the last of each option. */
export const effective = (settings: readonly PipSetting[]): readonly PipSetting[] =>
  pipOptions.flatMap((option) => settings.findLast((each) => each.option === option) ?? []);

async function settingsFiles(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const own = env.PIP_CONFIG_FILE;
  // "If PIP_CONFIG_FILE is set to os.devnull, loading of all configuration files is prevented."
  if (own === '/dev/null') return [];
  const home = env.HOME ?? homedir();
  const mac = platform() === 'darwin' ? 'Library/Application Support/pip/pip.conf' : null;
  const shared = (env.XDG_CONFIG_DIRS ?? '/etc/xdg').split(':').filter((folder) => folder !== '');
  const readable = own !== undefined && (await readFile(own).catch(() => null)) !== null;
  const user = [
    join(home, '.pip/pip.conf'),
    join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'pip/pip.conf'),
    ...(mac === null ? [] : [join(home, mac)]),
  ];
  return [
    ...(mac === null ? [] : [join('/', mac)]),
    ...shared.map((folder) => join(folder, 'pip/pip.conf')),
    '/etc/pip.conf',
    // A file that is named takes the place of the user's.
    ...(readable ? [] : user),
    ...(env.VIRTUAL_ENV === undefined ? [] : [join(env.VIRTUAL_ENV, 'pip.conf')]),
    ...(own === undefined ? [] : [own]),
  ];
}

/** `pip install` reads `[global]`, then `[install]` over it. pip's files are of the same dialect, without substitution. */
function inFile(text: string, file: string): PipSetting[] {
  const { sections } = parseIni(text, file);
  return ['global', 'install'].flatMap((name) =>
    [...(sections.get(name)?.keys.values() ?? [])].flatMap(({ key, value, line }) => {
      const option = pipOptions.find((each) => each === key.replaceAll('_', '-').replace(/^--/, ''));
      const values = wordsOf(value);
      return option === undefined || values.length === 0 ? [] : [{ option, values, place: `${file}:${line}` }];
    }),
  );
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
