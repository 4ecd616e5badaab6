/** What `conc bundle` can do with bundle files. */
export const bundleActions = ['show', 'verify', 'diff'] as const;
