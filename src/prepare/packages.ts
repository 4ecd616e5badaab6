import { quote } from '../ops/shell.ts';
import type { Need, Wanted } from './types.ts';

interface Package {
  readonly name: string;
  /** Others that do as well. */
  readonly or: readonly string[];
  /** The program that it is wanted for. */
  readonly program: string;
  readonly why: string;
}

/** What files of the etc tree, and keys of these names, are read by. */
const READERS = [
  { folder: 'nginx/', key: 'nginx.', name: 'nginx', or: ['nginx-light', 'nginx-core', 'nginx-full', 'nginx-extras'] },
  { folder: 'apache2/', key: 'apache2.', name: 'apache2', or: [] },
  { folder: 'cron.', key: 'cron.', name: 'cron', or: ['cron-daemon'] },
  { folder: 'supervisor/', key: 'supervisor.', name: 'supervisor', or: [] },
  { folder: 'logrotate.d/', key: 'logrotate.', name: 'logrotate', or: [] },
] as const;

/** Debian packages. None is upgraded, and a configuration file that is there is kept. */
export function packagesNeed(wanted: Wanted): Need[] {
  const wish = packages(wanted);
  if (wish.length === 0) return [];
  const names = wish.map(({ name }) => quote(name));
  return [
    {
      id: 'packages',
      what: `Debian packages: ${wish.map(({ name }) => name).join(', ')}`,
      elsewhere: `programs: ${[...new Set(wish.map(({ program }) => program))].join(', ')}`,
      why: wish.map(({ name, why }) => `${name}: ${why}`),
      there: [
        'lacking=',
        ...wish.map(
          ({ name, or }) =>
            `${[name, ...or].map((one) => `installed ${quote(one)}`).join(' || ')} || lacking="$lacking ${name}"`,
        ),
        '[ -z "$lacking" ] || { echo "not installed:$lacking"; false; }',
      ],
      make: [
        `${APT} -qq update || echo 'apt-get update did not succeed: the lists that are there must do'`,
        `DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l ${APT} -o Dpkg::Options::=--force-confold -qy --no-install-recommends --no-upgrade install ${names.join(' ')}`,
      ],
    },
  ];
}

/** Another apt may be at work for minutes on a machine that was just made. */
const APT = 'apt-get -o DPkg::Lock::Timeout=600';

function packages(wanted: Wanted): Package[] {
  const found = [
    ...pythonPackage(wanted.python),
    ...sudoPackage(wanted),
    ...managerPackage(wanted),
    ...readers(wanted),
    ...wanted.packages.map((name) => ({ name, or: [], program: name, why: 'packages' })),
  ];
  return [...Map.groupBy(found, ({ name }) => name).values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [{ ...first, why: [first, ...more].map(({ why }) => why).join(', ') }],
  );
}

/** A release's environment is made without pip: nothing but the interpreter is needed. One of elsewhere is no package. */
function pythonPackage(python: string): Package[] {
  const name = /^(?:\/usr\/bin\/)?(python3(?:\.\d+)?)$/.exec(python)?.[1];
  return name === undefined ? [] : [{ name, or: [], program: name, why: `python = ${python}` }];
}

const sudoPackage = ({ rules }: Wanted): Package[] =>
  rules.length === 0
    ? []
    : [{ name: 'sudo', or: ['sudo-rs'], program: 'sudo', why: 'root has to allow who deploys some commands' }];

function managerPackage({ manager, attributes }: Wanted): Package[] {
  // Without it nobody has a service manager of their own.
  if (manager === 'user') {
    return [{ name: 'libpam-systemd', or: [], program: 'systemd --user', why: 'service = systemd' }];
  }
  return manager === 'machine' && attributes.service === 'supervisord'
    ? [{ name: 'supervisor', or: [], program: 'supervisord', why: 'service.scope = system' }]
    : [];
}

const readers = ({ etc, attributes }: Wanted): Package[] =>
  READERS.flatMap(({ folder, key, name, or }) => {
    const path = etc.find((one) => one.startsWith(folder));
    const attribute = Object.keys(attributes).find((one) => one.startsWith(key));
    const why = path === undefined ? attribute : `etc/${path}`;
    return why === undefined ? [] : [{ name, or, program: name, why }];
  });
