import { homedir } from 'node:os';
import { dirname, join, posix, resolve } from 'node:path';
import { evaluate } from './evaluate.ts';
import { groupsOf } from './groups.ts';
import { cronName, processName, specOf } from './keys.ts';
import { throwErrors } from './problem.ts';
import { readValues, type Values } from './read-values.ts';
import { nodeProblems } from './rules/node.ts';
import { singletonsOf } from './singletons.ts';
import { sshSettings } from './ssh-settings.ts';
import {
  type Attribute,
  type Config,
  type CronSettings,
  type LockSettings,
  type NodeAttributes,
  type NodeSettings,
  type ProcessSettings,
  SERVICE_KINDS,
  type ServiceKind,
} from './types.ts';
import { isYes, splitNames } from './values.ts';

/** The typed view of a node. Throws ConfigError (exit 2) with every problem of this node, each with file and line. */
export function settingsOf(config: Config, node: string): NodeSettings {
  const evaluated = evaluate(config, node);
  throwErrors(nodeProblems(config, evaluated));
  // From here on every value is there or has a default, and is of its type.
  const values = readValues(evaluated.attributes);
  const gateway = values.text('gateway') === 'popen' ? 'popen' : 'ssh';
  const folder = dirname(config.file);
  const elsewhere = elsewhereOf(config, evaluated);
  const own = withoutProcesses(
    evaluated.attributes,
    elsewhere.map(({ process }) => process),
  );
  const names = (key: string): string[] => splitNames(values.text(key) ?? '');
  return {
    name: node,
    app: values.text('app') ?? '',
    gateway,
    root: rootOf(values.text('root') ?? '', gateway, folder),
    groups: groupsOf(config, node),
    etcRoot: etcRootOf(values.text('etc.root'), gateway),
    enabled: {
      nginx: { sites: names('nginx.sites') },
      apache2: {
        sites: names('apache2.sites'),
        modules: names('apache2.modules'),
        confs: names('apache2.confs'),
      },
    },
    crons: cronNames(evaluated.attributes).map((name) => cronSettings(values, name)),
    python: values.text('python') ?? '',
    ssh: gateway === 'ssh' ? sshSettings(values, folder) : undefined,
    service: serviceOf(values.text('service'), values.text('service.scope')),
    serviceUser: values.text('service.user'),
    link: { ping: values.number('link.ping'), lost: values.number('link.lost') },
    processes: processNames(own).map((name) => processSettings(values, name)),
    elsewhere,
    health: {
      url: values.text('health.url'),
      status: values.number('health.status'),
      command: values.text('health.command'),
      staysUp: values.number('health.stays_up'),
      tries: values.number('health.tries'),
      interval: values.number('health.interval'),
      timeout: values.number('health.timeout'),
    },
    static: {
      command: values.text('static.command'),
      folder: values.text('static.folder'),
      timeout: values.number('static.timeout'),
    },
    lock: lockSettings(values),
    packages: splitNames(values.text('packages') ?? ''),
    keep: values.number('keep'),
    confirmWithin: values.number('confirm.within'),
    confirmFresh: isYes(values.text('confirm.fresh') ?? 'no'),
    allowCollisions: values.lines('allow.collisions'),
    sharesVendors: values.text('venv.vendors') === 'shared',
    protected: isYes(values.text('protected') ?? 'no'),
    attributes: Object.fromEntries([...evaluated.attributes.values()].map(({ key, value }) => [key, value])),
    jobs: jobsOf(values.text('devops.jobs')),
    tests: { levels: splitNames(values.text('test.levels') ?? ''), timeout: values.number('test.timeout') },
    once: isYes(values.text('once') ?? 'no'),
    sudoPasswordCommand: values.text('sudo.password.command'),
    identity: identityOf(own),
    allowSecrets: values.lines('allow.secrets'),
    allowTests: values.lines('allow.tests'),
  };
}

function jobsOf(text: string | undefined): NodeSettings['jobs'] {
  if (text === undefined) return null;
  const [module = '', attribute = 'jobs'] = text.split(':');
  return { module, attribute };
}

function rootOf(root: string, gateway: 'ssh' | 'popen', folder: string): string {
  if (gateway === 'popen') return resolve(folder, root.startsWith('~/') ? join(homedir(), root.slice(2)) : root);
  return posix.normalize(root).replace(/\/+$/, '');
}

function etcRootOf(text: string | undefined, gateway: 'ssh' | 'popen'): string | null {
  if (text === undefined) return gateway === 'popen' ? 'etc' : '/etc';
  return text === 'none' ? null : text;
}

/** Every rule held, so each has one home. */
function elsewhereOf(config: Config, node: NodeAttributes): NodeSettings['elsewhere'] {
  return singletonsOf(config, node).flatMap(({ process, homes: [home] }) =>
    home === undefined || home === node.node ? [] : [{ process, node: home }],
  );
}

/** A process that another node runs is no part of what this one is: where it comes to this one, that is a new release. */
function withoutProcesses(
  attributes: ReadonlyMap<string, Attribute>,
  names: readonly string[],
): ReadonlyMap<string, Attribute> {
  return new Map([...attributes].filter(([key]) => !names.includes(processName(key) ?? '')));
}

function processNames(attributes: ReadonlyMap<string, Attribute>): string[] {
  return [...new Set([...attributes.keys()].flatMap((key) => processName(key) ?? []))];
}

const cronNames = (attributes: ReadonlyMap<string, Attribute>): string[] => [
  ...new Set([...attributes.keys()].flatMap((key) => cronName(key) ?? [])),
];

const cronSettings = (values: Values, name: string): CronSettings => ({
  name,
  when: values.text(`cron.${name}.when`) ?? '',
  command: values.text(`cron.${name}.command`) ?? '',
  env: envOf(values, `cron.${name}.env`),
});

function serviceOf(text: string | undefined, scope: string | undefined): ServiceKind {
  const kind = SERVICE_KINDS.find((known) => known === text) ?? 'none';
  if (scope !== 'system') return kind;
  if (kind === 'systemd') return 'systemd_system';
  return kind === 'supervisord' ? 'supervisord_system' : kind;
}

function processSettings(values: Values, name: string): ProcessSettings {
  const { text, number } = values;
  const key = `process.${name}`;
  return {
    name,
    command: text(`${key}.command`) ?? '',
    count: number(`${key}.count`),
    listen: text(`${key}.listen`),
    env: envOf(values, `${key}.env`),
    ready: text(`${key}.ready`) === 'notify' ? 'notify' : 'exec',
    stopTimeout: number(`${key}.stop_timeout`),
    drain: isYes(text(`${key}.drain`) ?? 'no'),
    singleton: isYes(text(`${key}.singleton`) ?? 'no'),
  };
}

const envOf = ({ lines }: Values, key: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines(key).map((line) => {
      const end = line.indexOf('=');
      return [line.slice(0, end), line.slice(end + 1)] as const;
    }),
  );

function lockSettings({ text }: Values): LockSettings {
  const names = (key: string): string[] => splitNames(text(key) ?? '');
  return {
    requirements: names('lock.requirements'),
    extras: names('lock.extras'),
    groups: names('lock.groups'),
    devops: text('lock.devops') === undefined ? undefined : names('lock.devops'),
  };
}

/** An application's own keys belong to a release's identity; of conc's those that the schema says. */
function identityOf(attributes: ReadonlyMap<string, Attribute>): Record<string, string> {
  const belongs = [...attributes.values()].filter(({ key }) => specOf(key)?.identity ?? true);
  return Object.fromEntries(belongs.map(({ key, value }) => [key, value]));
}
