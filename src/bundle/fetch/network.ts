import { readFileSync } from 'node:fs';
import http from 'node:http';
import tls from 'node:tls';

/**
 * Lets this process reach the network as pip and uv do on the same machine: certificates of `SSL_CERT_FILE` besides
 * Node's own, and the proxies of `HTTPS_PROXY` and its like. Once, before the first request.
 */
export function useEnvironmentsNetwork(env: NodeJS.ProcessEnv): void {
  const file = env.SSL_CERT_FILE;
  // Both calls came with Node 22.19 and 24.5; older ones still have NODE_EXTRA_CA_CERTS.
  if (file !== undefined && 'setDefaultCACertificates' in tls) {
    const extra = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...extra]);
  }
  if ('setGlobalProxyFromEnv' in http && proxies.some((name) => env[name] !== undefined))
    http.setGlobalProxyFromEnv(env);
}

const proxies = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
