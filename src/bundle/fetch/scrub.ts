/**
 * Takes user names and passwords out of every address in a text, and the values of query parameters that are secrets:
 * locks are committed, messages are logged. A name without a password goes too: some indexes take a token there.
 */
export const withoutCredentials = (text: string): string =>
  text.replaceAll(/(:\/\/)[^/@\s"'<>]*@/g, '$1').replaceAll(inQuery, '$1***');

/**
 * The names of an address's query parameters that are secrets: tokens, and the signatures of Amazon's, Google's and
 * Microsoft's file stores.
 */
export const secretParameters = (text: string): string[] =>
  [...text.matchAll(inQuery)].map(([, named = '']) => named.slice(1, -1));

const names = [
  ...['token', '[a-z]+[-_]?token', 'auth', 'authorization', 'jwt', 'secret', 'client[-_]?secret', 'credentials?'],
  ...['pass', 'passwd', 'password', 'pwd', 'key', 'api[-_]?key', 'access[-_]?key', 'awsaccesskeyid', 'key-pair-id'],
  ...['sig', 'signature', 'policy', 'x-(?:amz|goog)-(?:signature|credential|security-token)'],
];
const inQuery = new RegExp(`([?&](?:${names.join('|')})=)[^&#\\s"'<>]*`, 'gi');
