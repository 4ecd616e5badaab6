/** What an instance of a process is called there: the agent's half is services/systemd_units.py. */
export function systemdUnit(root: string, process: string, number: number | string): string {
  const path = root.split('/').filter(Boolean).map(escaped).join('-');
  return `conc-${path}-${escaped(process)}@${number}.service`;
}

/** systemd-escape(1). */
function escaped(text: string): string {
  const plain = [...Buffer.from(text)]
    .map((byte) => (/[A-Za-z0-9:_.]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : hex(byte)))
    .join('');
  return plain.startsWith('.') ? `${hex(0x2e)}${plain.slice(1)}` : plain;
}

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;
