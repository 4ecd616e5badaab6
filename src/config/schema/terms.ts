/** Part of a name that ends up in paths, in argument lists and in a supervisor's config. */
export const NAME = { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/, words: 'a name of letters, digits, ".", "_" and "-"' };
/** Nothing that ssh or a shell would take for an option or for two words. */
export const WORD = { pattern: /^[^-\s]\S*$/, words: 'one word that does not begin with "-"' };

/** What a key is for, which decides whether a changed value makes a new release. */
export const CONNECTION = { identity: false, secret: false } as const;
export const POLICY = { identity: false, secret: false } as const;
export const IDENTITY = { identity: true, secret: false } as const;
