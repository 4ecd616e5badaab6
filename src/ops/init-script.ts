/** The script of a process: the agent's half is services/initscripts.py. */
export const initScript = (root: string, process: string): string => `/etc/init.d/${programName(root, process)}`;

/** What the system's supervisor calls a process too: services/supervisor_conf.py. */
export const programName = (root: string, process: string): string =>
  `conc-${root.split('/').filter(Boolean).map(escaped).join('-')}-${escaped(process)}`;

const escaped = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) => (/[A-Za-z0-9.]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hex(byte)))
    .join('');

const hex = (byte: number): string => `_${byte.toString(16).padStart(2, '0')}`;
