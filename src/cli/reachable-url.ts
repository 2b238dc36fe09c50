import type { CliConfig } from './server-face.ts';

/** The URL at which the server can be reached from this machine, or from anywhere if a public one is set. */
export function reachableUrl({ values: { host, port, publicUrl } }: CliConfig): string {
  const reachable = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return publicUrl ?? `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
