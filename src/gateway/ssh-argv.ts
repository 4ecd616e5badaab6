import type { SshSettings } from '../config/types.ts';
import { LOADER } from './loader.ts';
import { quoteForAnyShell } from './quote.ts';
import type { ScriptLogin } from './types.ts';

/** A connection that stays open for the next command: `sshd.persist`. */
export interface SharedConnection {
  /** For ControlPath. */
  readonly path: string;
  /** How long it stays once nobody uses it. */
  readonly seconds: number;
}

export interface SshNeeds {
  /** A person may be asked for a passphrase or a password, by way of SSH_ASKPASS. */
  readonly prompts: boolean;
  /** Seconds, for the TCP connection. */
  readonly connectTimeout: number;
  /** A connection of its own, whatever the user's configuration says of sharing. */
  readonly alone?: boolean;
  /** One that stays open for the next command. */
  readonly shared?: SharedConnection | undefined;
}

/** The arguments of `ssh` for a gateway: security first, since ssh takes the first value it sees; the user's own; then defaults. */
export function sshArguments(ssh: SshSettings, python: string, needs: SshNeeds): string[] {
  return [...hostArguments(ssh, needs), remoteCommand(python)];
}

/** The same for a command of the node's own shell: no agent is there that would notice a silent link. */
export const commandArguments = (ssh: SshSettings, command: string, needs: SshNeeds): string[] => [
  ...options('ServerAliveInterval=15', 'ServerAliveCountMax=4'),
  ...hostArguments(ssh, needs),
  command,
];

/** The same for a script's gateway: its own command line, or a node's settings, and an interpreter that isn't isolated. */
export function scriptSshArguments(ssh: SshSettings, { args, command }: ScriptLogin, needs: SshNeeds): string[] {
  if (args === undefined) return [...hostArguments(ssh, needs), `${command} -c '${LOADER}'`];
  // ssh takes the first value that it sees: a default that the script gives itself is left to it.
  const written = args.join(' ').toLowerCase();
  const own = DEFAULTS.filter((name) => !written.includes(name.toLowerCase()));
  return [...strictArguments(needs), ...defaults(needs, own), ...args, `${command} -c '${LOADER}'`];
}

function hostArguments(ssh: SshSettings, needs: SshNeeds): string[] {
  return [...strictArguments(needs), ...shared(needs), ...connectionArguments(ssh), ...defaults(needs), '--', ssh.host];
}

/** Its process notices by itself that the link is gone: it may outlive the command that began it. */
const shared = ({ shared: connection }: SshNeeds): string[] =>
  connection === undefined
    ? []
    : [
        ...options('ControlMaster=auto', `ControlPath=${connection.path}`, `ControlPersist=${connection.seconds}`),
        ...options('ServerAliveInterval=15', 'ServerAliveCountMax=4'),
      ];

/** What no setting may loosen: ssh takes the first value that it sees. */
export function strictArguments(needs: SshNeeds): string[] {
  return [
    '-T',
    ...options('StrictHostKeyChecking=yes', 'ForwardAgent=no', 'ForwardX11=no', 'ClearAllForwardings=yes'),
    ...options('PermitLocalCommand=no', 'RemoteCommand=none', `BatchMode=${needs.prompts ? 'no' : 'yes'}`),
    ...(needs.alone === true ? options('ControlMaster=no', 'ControlPath=none') : []),
  ];
}

/** The arguments of `ssh` for a command with a terminal, which a person types at: ssh asks there what it has to ask. */
export function terminalArguments(ssh: SshSettings, command: string): string[] {
  return [
    '-t',
    ...options('StrictHostKeyChecking=yes', 'ForwardAgent=no', 'ForwardX11=no', 'ClearAllForwardings=yes'),
    ...options('PermitLocalCommand=no', 'RemoteCommand=none'),
    ...connectionArguments(ssh),
    // Without the line that says that the connection was closed.
    ...options('LogLevel=ERROR'),
    '--',
    ssh.host,
    command,
  ];
}

const DEFAULTS = ['ConnectTimeout', 'LogLevel'] as const;

function defaults(needs: SshNeeds, names: readonly (typeof DEFAULTS)[number][] = DEFAULTS): string[] {
  const values = { ConnectTimeout: needs.connectTimeout, LogLevel: 'INFO' };
  return options(...names.map((name) => `${name}=${values[name]}`));
}

/** How the host is reached and who logs in: what a gateway, `ssh -G` and a probe have in common. */
export function connectionArguments(ssh: SshSettings): string[] {
  return [
    ...(ssh.config === undefined ? [] : ['-F', ssh.config]),
    ...(ssh.port === undefined ? [] : ['-p', String(ssh.port)]),
    ...(ssh.user === undefined ? [] : ['-l', ssh.user]),
    ...(ssh.key === undefined ? [] : ['-i', ssh.key, ...options('IdentitiesOnly=yes')]),
    ...(ssh.jump === undefined ? [] : ['-J', ssh.jump]),
    ...options(...ssh.options),
  ];
}

/** Replaces the login shell, so that nothing stands between ssh and Python. */
export function remoteCommand(python: string): string {
  return `exec ${quoteForAnyShell(python)} -I -c '${LOADER}'`;
}

function options(...values: readonly string[]): string[] {
  return values.flatMap((value) => ['-o', value]);
}
