/** A distribution's name in the one form that compares (PEP 503). */
export const normalizeName = (name: string): string => name.replaceAll(/[-_.]+/g, '-').toLowerCase();
