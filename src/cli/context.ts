import type { Io } from './io.ts';
import type { CliConfig, Kontor, ServerFace } from './server-face.ts';

/** What every command gets. */
export interface Context {
  io: Io;
  server: ServerFace;
  config: CliConfig;
}

/** Runs `work` on the store and closes it, whatever comes. `create`: make the store if there is none. */
export async function withKontor<T>(
  { server, config }: Context,
  work: (kontor: Kontor) => Promise<T>,
  { create } = { create: false },
): Promise<T> {
  const kontor = await server.openKontor(config, { create });
  try {
    return await work(kontor);
  } finally {
    await kontor.close();
  }
}
