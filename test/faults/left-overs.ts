import { readdir } from 'node:fs/promises';

/** What a root may hold once no change is open. */
const KNOWN = new Set([
  ...['current', 'serving.json', 'bin', 'releases', 'store', 'shared', 'state', 'history.jsonl'],
  ...['tools', 'supervisor', 'trash', 'agent'],
]);

/** Names in the root that nothing accounts for: `change.<uuid>`, temporary links and files. */
export async function leftOvers(root: string): Promise<string[]> {
  return (await readdir(root)).filter((name) => !KNOWN.has(name)).map((name) => `${name} is left over`);
}
