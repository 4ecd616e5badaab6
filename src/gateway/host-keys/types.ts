/** A host's public key. */
export interface HostKey {
  /** As known_hosts has it: `ssh-ed25519`. */
  readonly type: string;
  /** The key itself, base64. */
  readonly blob: string;
  /** As `ssh-keygen -l` shows it: `SHA256:…`. */
  readonly fingerprint: string;
}

/** A key that a host shows, beside what is recorded of it. */
export interface ShownKey extends HostKey {
  /** `changed`: another key of this type is recorded. `revoked`: it is marked so in a known_hosts file. */
  readonly state: 'same' | 'new' | 'changed' | 'revoked';
}

/** What ssh would do for a node: its whole configuration taken together (`ssh -G`). */
export interface Effective {
  readonly host: string;
  readonly port: number;
  /** What the host is called in known_hosts: `web1.example.org`, `[web1.example.org]:2222`, or its HostKeyAlias. */
  readonly name: string;
  /** Where ssh would record a key: the first of its own files. */
  readonly file: string;
  /** All files in which ssh would look. */
  readonly files: readonly string[];
  /** Names are recorded as hashes. */
  readonly hashed: boolean;
}

/** A host's keys, as `conc trust` shows them. */
export interface HostKeys {
  readonly effective: Effective;
  readonly keys: readonly ShownKey[];
}
