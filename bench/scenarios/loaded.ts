import type { Contender, Turn } from '../measure/rounds.ts';
import { wrk, type Load } from '../measure/wrk.ts';
import type { Server } from '../setup/server.ts';

/** A contender that answers wrk; its value is requests per second. Has a second to warm up first. */
export async function underWrk(name: string, server: Server, load: Load): Promise<Contender> {
  await wrk({ ...load, seconds: 1 });
  return {
    name,
    server,
    turn: async (): Promise<Turn> => {
      const { rate, requests, errors } = await wrk(load);
      return { value: rate, operations: requests, errors };
    },
  };
}
