/**
 * What a build sees: the machine's own compilers and flags, but no settings of pip, uv or Python, no colour, no time and
 * no time zone. With `folder` the compilers are told to write that folder as `.`, so that it doesn't matter where it is.
 */
export function buildEnvironment(env: NodeJS.ProcessEnv, folder?: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(PIP_|UV_|PYTHON|VIRTUAL_ENV|CONDA|FORCE_COLOR|CLICOLOR)/.test(name),
  );
  const mapped =
    folder === undefined ? [] : ['CFLAGS', 'CXXFLAGS'].map((name) => [name, flags(env[name], folder)] as const);
  return {
    ...Object.fromEntries([...kept, ...mapped]),
    PIP_CONFIG_FILE: '/dev/null',
    SOURCE_DATE_EPOCH,
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    NO_COLOR: '1',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
}

/** 1980-01-02: the first day that a zip archive can name in every time zone. */
const SOURCE_DATE_EPOCH = '315619200';

const flags = (own: string | undefined, folder: string): string => `${own ?? ''} -ffile-prefix-map=${folder}=.`.trim();
