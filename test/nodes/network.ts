import { command } from './command.ts';

/** The controller's end and the node's, of the only link that a node has. No route leads further. */
const NEAR_ADDRESS = '10.77.0.1';
export const NODE_ADDRESS = '10.77.0.2';

/** Names of the two network namespaces of a node: every node has the same addresses, in a pair of its own. */
export interface Network {
  /** Where the controller's connections to the node start. */
  readonly near: string;
  /** The node's own. */
  readonly node: string;
}

export function networkOf(id: string): Network {
  return { near: `${id}-near`, node: `${id}-node` };
}

/** Two network namespaces, joined by a veth pair. They outlive a power loss of the node. */
export async function makeNetwork(network: Network): Promise<void> {
  const ends = [
    { namespace: network.near, device: 'to-node', address: NEAR_ADDRESS },
    { namespace: network.node, device: 'host0', address: NODE_ADDRESS },
  ];
  for (const { namespace } of ends) await command(['ip', 'netns', 'add', namespace]);
  const pair = ['link', 'add', 'to-node', 'type', 'veth', 'peer', 'name', 'host0', 'netns', network.node];
  await command(['ip', '-netns', network.near, ...pair]);
  for (const { namespace, device, address } of ends) {
    const ip = ['ip', '-netns', namespace];
    await command([...ip, 'address', 'add', `${address}/24`, 'dev', device]);
    await command([...ip, 'link', 'set', device, 'up']);
    await command([...ip, 'link', 'set', 'lo', 'up']);
  }
}
