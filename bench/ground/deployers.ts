import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../measure/command.ts';
import type { Version, Workload } from '../workload/workload.ts';
import type { Peers } from './install-peers.ts';
import type { Nodes } from './nodes.ts';

const here = join(import.meta.dirname, '../peers');

/** What a program is told: which release, of what. */
export interface Order {
  /** Sorts after all before it. */
  readonly release: string;
  readonly version: Version;
}

/** A peer that deploys to all nodes it was made for. */
export interface Deployer {
  readonly name: string;
  readonly steps: readonly string[];
  readonly deploy: (order: Order) => Promise<void>;
  /** Ends what it keeps running between deploys, which the next one would find: each is a first one. */
  readonly forget?: () => Promise<void>;
}

export interface DeployersOptions {
  readonly nodes: Nodes;
  readonly peers: Peers;
  readonly workload: Workload;
  /** Where `ROOTS/NODE` are. */
  readonly roots: string;
}

const STEPS = [
  'mkdir: the release, and what outlives releases',
  'upload the wheel of the application',
  'upload the requirements, with hashes',
  '`uv venv`',
  '`uv pip install --offline --require-hashes`, its cache warm: 58 wheels, no bytecode',
  'render the template of the configuration',
  'link what outlives releases',
  'import the application',
  'switch: a link, by rename',
  'touch a mark, in place of a restart',
  'prune: two releases stay, one is removed',
];

/** `ssh NODE 'a; b; c'`, for each node, sixteen at once. */
export function script({ nodes, workload, roots }: DeployersOptions): Deployer {
  const template = join(workload.project, 'etc/shop.conf');
  const many = nodes.names.length > 1;
  return {
    name: many ? 'one-line ssh by `xargs -P 16`' : 'hand-written one-line ssh script',
    steps: ['one `tar | ssh NODE`, with all that follows in one command (`bench/peers/deploy.sh`)', ...STEPS],
    deploy: async ({ release, version: { wheel, requirements } }) => {
      const words = `${join(here, 'deploy.sh')} {} ${roots}/{} ${release} ${wheel} ${requirements} ${template}`;
      const line = many
        ? `printf '%s\\n' ${nodes.names.join(' ')} | xargs -P 16 -I{} ${words}`
        : words.replaceAll('{}', nodes.names[0] ?? '');
      await command(['sh', '-c', line], { env: { SSH_CONFIG: nodes.sshConfig } });
    },
  };
}

export function fabric({ nodes, peers, workload, roots }: DeployersOptions): Deployer {
  return {
    name: 'Fabric',
    steps: ['`fab deploy` (`bench/peers/fabric`); it does not check host keys', ...STEPS],
    deploy: async ({ release, version: { wheel, requirements } }) => {
      for (const node of nodes.names) {
        const given = {
          root: join(roots, node),
          release,
          wheel,
          requirements,
          template: join(workload.project, 'etc/shop.conf'),
        };
        const options = Object.entries(given).map(([key, value]) => `--${key}=${value}`);
        const fab = [join(peers.bin, 'fab'), '--search-root', join(here, 'fabric'), '--ssh-config', nodes.sshConfig];
        await command([...fab, '--hosts', node, 'deploy', ...options]);
      }
    },
  };
}

export async function pyinfra({ nodes, peers, roots }: DeployersOptions): Promise<Deployer> {
  const inventory = join(nodes.roots, 'inventory.py');
  const data = {
    ssh_config_file: nodes.sshConfig,
    ssh_known_hosts_file: nodes.knownHosts,
    ssh_strict_host_key_checking: 'yes',
    roots,
  };
  await writeFile(inventory, `nodes = (${JSON.stringify(nodes.names)}, ${JSON.stringify(data)})\n`);
  return {
    name: 'pyinfra',
    steps: ['`pyinfra inventory.py deploy.py -y` (`bench/peers/pyinfra`)', ...STEPS],
    deploy: async ({ release, version: { wheel, requirements } }) => {
      const given = Object.entries({ release, wheel, requirements }).flatMap(([key, value]) => [
        '--data',
        `${key}=${value}`,
      ]);
      await command([join(peers.bin, 'pyinfra'), ...given, '-y', inventory, 'deploy.py'], {
        cwd: join(here, 'pyinfra'),
      });
    },
  };
}

/** With pipelining, and as many forks as `xargs` has; `mitogen`: by its linear strategy. */
export async function ansible(options: DeployersOptions, mitogen: boolean): Promise<Deployer> {
  const { nodes, peers, roots } = options;
  // Short names: a socket's path has 107 bytes at most.
  const folder = join(nodes.roots, mitogen ? 'm' : 'a');
  const control = join(folder, 'c');
  await mkdir(control, { recursive: true });
  await writeFile(join(folder, 'inventory'), `${nodes.names.join('\n')}\n`);
  await writeFile(
    join(folder, 'ansible.cfg'),
    [
      '[defaults]',
      ...[`inventory = ${join(folder, 'inventory')}`, 'forks = 16', `local_tmp = ${join(folder, 'tmp')}`],
      'interpreter_python = /usr/bin/python3',
      ...(mitogen ? [`strategy_plugins = ${peers.mitogenStrategies}`, 'strategy = mitogen_linear'] : []),
      '[ssh_connection]',
      'pipelining = true',
      `ssh_args = -F ${nodes.sshConfig} -o ControlMaster=auto -o ControlPersist=60s`,
      `control_path_dir = ${control}`,
      '',
    ].join('\n'),
  );
  const with_ = mitogen ? 'Ansible with Mitogen' : 'Ansible';
  return {
    name: with_,
    steps: [
      `\`ansible-playbook deploy.yml\` (\`bench/peers/ansible\`), pipelining, 16 forks${mitogen ? ', `strategy = mitogen_linear`' : ''}`,
      ...STEPS,
    ],
    deploy: async ({ release, version: { wheel, requirements } }) => {
      const given = Object.entries({ roots, release, wheel, requirements }).map(([key, value]) => `${key}=${value}`);
      await command([join(peers.bin, 'ansible-playbook'), join(here, 'ansible/deploy.yml'), '-e', given.join(' ')], {
        env: { ANSIBLE_CONFIG: join(folder, 'ansible.cfg'), ANSIBLE_HOME: join(folder, 'home') },
      });
    },
    forget: () => endMasters(control, nodes),
  };
}

/** Connections that ssh keeps open for the next program. */
async function endMasters(control: string, { sshConfig, names }: Nodes): Promise<void> {
  for (const socket of await readdir(control)) {
    await command(['ssh', '-F', sshConfig, '-O', 'exit', '-S', join(control, socket), names[0] ?? '']);
    await rm(join(control, socket), { force: true });
  }
}
