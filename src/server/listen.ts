import { Fault, errnoOf } from '../kernel/index.ts';
import type { Values } from './config/index.ts';

/** What a person opens to get there. */
export function listeningUrl(host: string, port: number): string {
  const shown = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
}

/** Why it cannot listen, with what to do. */
export function listenFault(error: unknown, { host, port }: Pick<Values, 'host' | 'port'>): unknown {
  switch (errnoOf(error)) {
    case 'EADDRINUSE':
      return new Fault(
        'unavailable',
        `Port ${port} is in use; stop what listens there, or choose another (KONTOR_PORT).`,
      );
    case 'EACCES':
      return new Fault(
        'unavailable',
        `Port ${port} needs rights that this user lacks; choose one above 1023 (KONTOR_PORT).`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Fault(
        'unavailable',
        `${host} is no address of this machine; choose one, or 0.0.0.0 (KONTOR_HOST).`,
      );
    default:
      return error;
  }
}
