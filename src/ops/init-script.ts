/** The script of a process: the agent's half is services/initscripts.py. */
export function initScript(root: string, process: string): string {
  const path = root.split('/').filter(Boolean).map(escaped).join('-');
  return `/etc/init.d/conc-${path}-${escaped(process)}`;
}

const escaped = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => (/[A-Za-z0-9.]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hex(byte)))
    .join('');

const hex = (byte: number): string => `_${byte.toString(16).padStart(2, '0')}`;
