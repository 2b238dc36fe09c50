import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Claims a name among all processes of this machine until this one ends, or gives it up. Undefined: another one has it.
 * A claim is a socket in Linux's abstract namespace, which goes with its process however that ends (unix(7)); elsewhere
 * everybody gets one.
 */
export async function claim(name: string): Promise<(() => void) | undefined> {
  if (process.platform !== 'linux') return () => undefined;
  const socket = createServer().unref();
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    socket.listen(`\0kontor-tests/${name}`, () => resolve(() => void socket.close()));
  });
}

/** Runs `work` while no other process of this machine runs what goes by the same name. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const release = await claim(name);
    if (release === undefined) {
      await sleep(50);
      continue;
    }
    try {
      return await work();
    } finally {
      release();
    }
  }
}
