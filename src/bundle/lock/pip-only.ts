import { uvIndexes } from '../fetch/indexes.ts';
import type { PipSetting } from '../fetch/pip-settings.ts';
import { effective, pipSettings } from '../fetch/pip-settings.ts';
import { withoutCredentials } from '../fetch/scrub.ts';

/**
 * What pip's settings say of indexes while uv resolves, which doesn't read them: a package of the company's own would be
 * looked for on the public index, and whoever publishes that name there is installed. A line for each that uv isn't told too.
 */
export async function pipOnly(folder: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const known = new Set((await uvIndexes(folder, env)).map(({ url }) => comparable(url.href)));
  return effective(await pipSettings(env)).flatMap((setting) => {
    const left = setting.values.filter((value) => !known.has(comparable(value)));
    return left.length === 0 ? [] : [inWords(setting, left)];
  });
}

const inWords = ({ option, place }: PipSetting, values: readonly string[]): string =>
  `${place} sends pip to ${values.map(withoutCredentials).join(', ')}, and uv, which resolves here, doesn't read pip's settings: what you keep there is looked for elsewhere. Tell uv: ${counterpart[option]}`;

const counterpart: Readonly<Record<PipSetting['option'], string>> = {
  'index-url': 'UV_DEFAULT_INDEX, or [[tool.uv.index]] with default = true in pyproject.toml',
  'extra-index-url': 'UV_INDEX, or [[tool.uv.index]] in pyproject.toml',
};

const comparable = (address: string): string => withoutCredentials(address).replace(/\/+$/, '');
