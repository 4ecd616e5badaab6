import type { TestNode } from '../nodes/node.ts';

interface Section {
  readonly name: string;
  /** Lines of its own. */
  readonly keys: readonly string[];
}

/** The shop's config with booted machines in place of its embedded node, each in the group `web`, serving on `port`. */
export const onMachines = (
  ini: string,
  port: number,
  nodes: readonly TestNode[],
  section: (node: TestNode, at: number) => Section = (node) => ({ name: node.suite, keys: [] }),
): string =>
  [
    ini.replace(/\[node here\][\s\S]*/, '').replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`),
    ...nodes.map((node, at) => {
      const { name, keys } = section(node, at);
      return [
        `[node ${name}]`,
        'groups = web',
        ...keys,
        'python = /usr/bin/python3',
        'root = ~/shop',
        `sshd.host = ${node.host}`,
        `sshd.config = ${node.sshConfig}`,
      ].join('\n');
    }),
  ].join('\n\n');
