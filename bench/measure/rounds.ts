import type { Series } from '../scenario.ts';
import type { Server } from '../setup/server.ts';
import { cpuSeconds, memory } from './usage.ts';

/** What one turn measured. */
export interface Turn {
  value: number;
  /** How many requests, publishes, … the server did. */
  operations: number;
  errors?: number;
}

export interface Contender {
  name: string;
  server: Server;
  turn(round: number): Promise<Turn>;
}

/** The contenders take turns, so that whatever else the machine does meets all of them: A B C A B C … */
export async function takeTurns(contenders: Contender[], rounds: number): Promise<Series[]> {
  const series = contenders.map(({ name }): Series => ({
    name,
    values: [],
    cpuSeconds: [],
    operations: 0,
    memory: undefined,
    errors: 0,
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { server, turn }] of contenders.entries()) {
      const line = series[index];
      if (line === undefined) continue;
      const before = cpuSeconds(server);
      const { value, operations, errors = 0 } = await turn(round);
      line.values.push(value);
      line.cpuSeconds.push(cpuSeconds(server) - before);
      line.operations += operations;
      line.errors += errors;
      line.memory = memory(server);
      server.clearLog();
    }
  }
  return series;
}
