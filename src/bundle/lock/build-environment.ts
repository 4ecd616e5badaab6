import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface BuildPlace {
  /** The source tree: compilers are told to write it as `.`, so that it doesn't matter where it is. */
  readonly folder: string;
  /** An empty folder: what a person keeps at home (.netrc, .pypirc, .pydistutils.cfg) is neither read nor of any influence. */
  readonly home: string;
  /** Variables that a person passes on, by name and value. */
  readonly passed: Readonly<Record<string, string>>;
}

/**
 * What a build sees: only what is named here, so that no secret of a CI job is inherited; no colour, no time and no time
 * zone. Without a place: for programs that only ask or unpack.
 */
export function buildEnvironment(env: NodeJS.ProcessEnv, place?: BuildPlace): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => keptVariables.includes(name));
  const mapped =
    place === undefined ? [] : compilerFlags.map((name) => [name, withMap(env[name], place.folder)] as const);
  return {
    ...toolchains(env),
    ...Object.fromEntries([...kept, ...mapped]),
    HOME: place?.home ?? nowhere,
    ...place?.passed,
    ...fixedVariables,
  };
}

/** Everything else is left out; `conc build --env NAME` passes on more. */
export const keptVariables: readonly string[] = [
  ...['PATH', 'LANG', 'USER', 'LOGNAME', 'TMPDIR', 'LD_LIBRARY_PATH', 'PYENV_ROOT', 'PYENV_VERSION'],
  ...['CC', 'CXX', 'CPP', 'FC', 'F77', 'LD', 'AR', 'AS', 'NM', 'RANLIB', 'STRIP', 'LDSHARED', 'MAKE', 'MAKEFLAGS'],
  ...['CFLAGS', 'CPPFLAGS', 'CXXFLAGS', 'FFLAGS', 'LDFLAGS', 'ARCHFLAGS', 'RUSTFLAGS', 'GOFLAGS'],
  ...['CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH', 'LIBRARY_PATH', 'PKG_CONFIG', 'PKG_CONFIG_PATH'],
  ...[
    'CMAKE_ARGS',
    'CMAKE_GENERATOR',
    'CMAKE_PREFIX_PATH',
    'CMAKE_BUILD_PARALLEL_LEVEL',
    'LLVM_CONFIG',
    'LIBCLANG_PATH',
  ],
  ...['CARGO_HOME', 'RUSTUP_HOME', 'RUSTUP_TOOLCHAIN', 'GOROOT', 'JAVA_HOME'],
];

/** What Debian calls the home of users that have none. */
const nowhere = '/nonexistent';

export const compilerFlags: readonly string[] = ['CFLAGS', 'CXXFLAGS'];

export const prefixMap = (folder: string): string => `-ffile-prefix-map=${folder}=.`;

const withMap = (own: string | undefined, folder: string): string => `${own ?? ''} ${prefixMap(folder)}`.trim();

/** The same in every build. The epoch is 1980-01-02: the first day that a zip archive can name in every time zone. */
export const fixedVariables = {
  PIP_CONFIG_FILE: '/dev/null',
  SOURCE_DATE_EPOCH: '315619200',
  PYTHONHASHSEED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
  NO_COLOR: '1',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
} as const;

/** Compilers and interpreters that live at home are found there all the same. */
function toolchains({ HOME }: NodeJS.ProcessEnv): Record<string, string> {
  if (HOME === undefined) return {};
  const usual = { CARGO_HOME: '.cargo', RUSTUP_HOME: '.rustup', PYENV_ROOT: '.pyenv' };
  const there = Object.entries(usual).map(([name, folder]) => [name, join(HOME, folder)] as const);
  return Object.fromEntries(there.filter(([, folder]) => existsSync(folder)));
}
