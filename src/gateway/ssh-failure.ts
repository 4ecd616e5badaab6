import { ConcError, type ExitCode } from '../errors/conc-error.ts';
import type { Target } from './types.ts';

type SshTarget = Extract<Target, { kind: 'ssh' }>;

interface Failure {
  readonly code: string;
  /** In what ssh says. The first row that matches any line is taken. */
  readonly pattern: RegExp;
  readonly message: (target: SshTarget, found: string) => string;
  readonly hint: (target: SshTarget) => string;
  readonly exit?: ExitCode;
}

/** What OpenSSH says when it ends with 255 (its messages are not translated), and what that means. */
const FAILURES: readonly Failure[] = [
  {
    code: 'gateway.host-key-changed',
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed|REVOKED HOST KEY/i,
    message: ({ node, ssh }) =>
      `${node} (${ssh.host}) shows another host key than the one that is recorded: it was set up anew, or someone is in between`,
    hint: ({ node }) => `ask who runs the machine for its fingerprint, then compare and record it: conc trust ${node}`,
  },
  {
    code: 'gateway.host-key-unknown',
    pattern: /No .* host key is known for|Host key verification failed/i,
    message: ({ node, ssh }) => `the host key of ${node} (${ssh.host}) is not recorded here`,
    hint: ({ node, ssh }) =>
      ssh.jump === undefined
        ? `compare and record it: conc trust ${node}`
        : `compare and record it: conc trust ${node}; and log in to the jump host ${ssh.jump} once by hand if its key is the unknown one`,
  },
  {
    code: 'gateway.key-file',
    pattern: /UNPROTECTED PRIVATE KEY FILE|bad permissions|error in libcrypto|invalid format/i,
    message: ({ ssh }) => `ssh refuses to use the key file ${ssh.key ?? ''}`.trimEnd(),
    hint: ({ ssh }) => `a private key must be readable by you alone: chmod 600 ${ssh.key ?? 'FILE'}`,
    exit: 2,
  },
  {
    code: 'gateway.key-refused',
    pattern: /Permission denied|Too many authentication failures|No supported authentication methods/i,
    message: ({ node, ssh }) => `${node} (${ssh.host}) refused to log in ${ssh.user ?? 'the user'}`,
    hint: ({ node, ssh }) =>
      `is the public half of ${ssh.key ?? 'a key of yours'} in the account's authorized_keys? A key with a passphrase must be in ssh-agent\nis it a bare machine, without that account? conc prepare ${node} --apply --login root`,
  },
  {
    code: 'gateway.name-unknown',
    pattern: /Could not resolve hostname/i,
    message: ({ node, ssh }) =>
      `the host name of ${node}, ${ssh.jump === undefined ? ssh.host : `${ssh.host} or its jump host's`}, can't be resolved`,
    hint: ({ node }) => `correct sshd.host, or give sshd.ip: conc show ${node}`,
  },
  {
    code: 'gateway.connection-refused',
    pattern: /Connection refused/i,
    message: ({ node, ssh }) => `nothing listens at ${place(ssh)}, where ${node} should be`,
    hint: () => 'is sshd running there, and on that port (sshd.port)?',
  },
  {
    code: 'gateway.unreachable',
    pattern: /timed out|No route to host|Network is unreachable|Host is down|Host is unreachable/i,
    message: ({ node, ssh }) => `${node} can't be reached at ${place(ssh)}`,
    hint: () => 'is the machine up, and does a firewall or VPN stand between?',
  },
  {
    code: 'gateway.ssh-settings',
    pattern:
      /Bad configuration option|Bad owner or permissions|Can't open user config|terminating, .* bad configuration|command-line.*: |keyword .* extra arguments|unsupported option|missing argument/i,
    message: ({ node }) => `ssh does not take the settings of ${node}`,
    hint: ({ node }) => `correct sshd.options, sshd.config or the file that ssh names: conc show ${node}`,
    exit: 2,
  },
  {
    code: 'gateway.connection-closed',
    pattern: /Connection (closed|reset)|kex_exchange_identification|Broken pipe|closed by remote host/i,
    message: ({ node, ssh }) => `${node} (${place(ssh)}) closed the connection while ssh was logging in`,
    hint: () => 'does sshd there refuse this address, or is it overloaded (MaxStartups)? Its own log tells',
  },
];

/** An error of the user's own ssh, told in plain words, with ssh's own kept. */
export function sshFailure(target: SshTarget, evidence: readonly string[]): ConcError {
  for (const failure of FAILURES) {
    const line = evidence.find((said) => failure.pattern.test(said));
    if (line === undefined) continue;
    const { code, exit } = failure;
    return new ConcError({
      code,
      message: failure.message(target, line),
      hint: failure.hint(target),
      evidence,
      exit: exit ?? 1,
    });
  }
  return new ConcError({
    code: 'gateway.ssh-failed',
    message: `ssh could not log in to ${target.node} (${place(target.ssh)})`,
    hint: `try it by hand: ssh ${target.ssh.host}`,
    evidence,
    exit: 1,
  });
}

function place({ host, port, jump }: SshTarget['ssh']): string {
  return `${host}${port === undefined ? '' : ` port ${port}`}${jump === undefined ? '' : ` by way of ${jump}`}`;
}
