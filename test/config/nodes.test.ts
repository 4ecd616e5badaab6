import { expect, test } from 'vitest';
import { groupNames, nodeNames, selectNodes } from '../../src/config/nodes.ts';
import { configOf } from './support/config-of.ts';

const config = () =>
  configOf(
    '[group web]\n[group idle]\n[node b]\ngroups = web\n[paths]\n[node a]\n[node c d]\n[node -x]\n[node ..]\n[node e]\ngroups = web\n',
  );

test('names are in the order of the file, ill-named sections left out', () => {
  expect(nodeNames(config())).toEqual(['b', 'a', 'e']);
  expect(groupNames(config())).toEqual(['web', 'idle']);
});

test.each([
  [['a'], ['a']],
  [
    ['e', 'b'],
    ['b', 'e'],
  ],
  [
    ['@web', 'b', 'a'],
    ['b', 'a', 'e'],
  ],
  [
    ['@all', 'a'],
    ['b', 'a', 'e'],
  ],
  [[], []],
])('%j is %j', (args, nodes) => {
  expect(selectNodes(config(), args)).toEqual(nodes);
});

test.each([
  ['aa', 'config.no-such-node', 'conc.ini has no node aa', 'Nodes are: b, a, e'],
  ['webserver', 'config.no-such-node', 'conc.ini has no node webserver', 'Nodes are: b, a, e'],
  ['c d', 'config.no-such-node', 'conc.ini has no node c d', 'Nodes are: b, a, e'],
  ['@wbe', 'config.no-such-group', 'conc.ini has no group wbe', 'Did you mean web?'],
  ['@idle', 'config.no-nodes', 'No node of conc.ini takes the group idle', 'Write groups = idle into a [node NAME]'],
])('%s matches nothing', (arg, code, message, hint) => {
  expect(() => selectNodes(config(), ['a', arg])).toThrow(expect.objectContaining({ code, message, hint, exit: 2 }));
});

test('@all of no node is an error', () => {
  expect(() => selectNodes(configOf('[DEFAULT]\n'), ['@all'])).toThrow(
    expect.objectContaining({ code: 'config.no-nodes' }),
  );
});
