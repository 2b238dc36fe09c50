import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A wire to a service that a test can cut, as a stopped server or a broken network does. */
export interface Wire {
  /** The service's URL with the wire's own address in it. */
  url: string;
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Keeps connections and takes new ones, and lets nothing through: a host that has vanished. */
  stall(): void;
  /** After `stall`: new connections get through; those that stalled stay as they are. */
  resume(): void;
  /** After `cut`: lets everything through again, at the same address. */
  restore(): Promise<void>;
}

/** Lays a wire to the service at `url`; it ends with the test. */
export async function startWire(url: string): Promise<Wire> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let stalled = false;

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const accept = (client: Socket) => {
    keep(client);
    if (stalled) return void client.pause();
    const service = connect(Number(target.port), target.hostname);
    keep(service);
    client.pipe(service).pipe(client);
    client.once('close', () => service.destroy());
    service.once('close', () => client.destroy());
  };
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };

  let server = await listen(0, accept);
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    dropAll();
    await closed;
  };
  onTestFinished(async () => {
    if (server.listening) await cut();
  });

  const proxied = new URL(url);
  proxied.hostname = '127.0.0.1';
  proxied.port = String(port);
  return {
    url: proxied.href,
    cut,
    stall: () => {
      stalled = true;
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    resume: () => {
      stalled = false;
    },
    restore: async () => {
      server = await listen(port, accept);
    },
  };
}

async function listen(port: number, accept: (client: Socket) => void): Promise<Server> {
  const server = createServer(accept);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
