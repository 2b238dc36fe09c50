import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { loadConfig, openKontor, serve, type RunningServer } from '../../src/server/index.ts';
import { temporaryFolder } from './resources.ts';

export interface CollectedRoute {
  method: string;
  /** As the router knows it. */
  url: string;
}

export interface InProcess {
  url: string;
  data: string;
  /** Every route that a server of this process has registered so far, each once. */
  routes(): CollectedRoute[];
  /** What listens. */
  http(): Server;
  stop(): Promise<void>;
}

/**
 * Starts a server in this process, as `kontor serve` does, and listens to Fastify telling of every server that is made: the
 * routes are those that run, whoever added them.
 */
export async function startInProcess(env: Record<string, string> = {}): Promise<InProcess> {
  const routes = new Map<string, CollectedRoute>();
  let edge: FastifyInstance | undefined;
  const onServer = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    // The API's server within comes later.
    edge ??= fastify;
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.set(`${each} ${url}`, { method: each, url });
    });
  };
  subscribe('fastify.initialization', onServer);
  const data = temporaryFolder('data');
  const server: RunningServer = await serve(
    loadConfig({
      env: {
        KONTOR_PORT: '0',
        KONTOR_DATA: data,
        KONTOR_NPM_UPSTREAM: 'off',
        KONTOR_LOG_LEVEL: 'silent',
        ...env,
      },
      cwd: temporaryFolder('cwd'),
    }),
  );
  return {
    url: server.url,
    data,
    routes: () => [...routes.values()],
    http: () => {
      if (edge === undefined) throw new Error('nothing listens');
      return edge.server;
    },
    stop: async () => {
      unsubscribe('fastify.initialization', onServer);
      await server.stop();
    },
  };
}

/** What `kontor verify` complains of in the store of a server with these settings. */
export async function problemsOf(
  { data }: Pick<InProcess, 'data'>,
  env: Record<string, string> = {},
): Promise<string[]> {
  const config = loadConfig({ env: { KONTOR_DATA: data, ...env }, cwd: data });
  const kontor = await openKontor(config, { create: false });
  try {
    return (await kontor.verify()).problems;
  } finally {
    await kontor.close();
  }
}
