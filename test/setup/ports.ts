import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { claim } from './claims.ts';

/** Below the ports that Linux gives to clients (`net.ipv4.ip_local_port_range`): no connection takes one of these by chance. */
const FIRST = 12_000;
const LAST = 32_000;

/** A loopback port where nobody listens, and that no other test of this machine is given while this process lives. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= 1000; attempt += 1) {
    const port = randomInt(FIRST, LAST);
    const release = await claim(`port/${port}`);
    if (release === undefined) continue;
    if (await nobodyListens(port)) return port;
    release();
  }
  throw new Error('no port could be had');
}

function nobodyListens(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
