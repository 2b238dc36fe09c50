import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../setup/server.ts';

/** Bytes. */
export interface Usage {
  /** Held now. */
  resident: number;
  /** The most that was held at once. */
  peak: number;
}

/** What Linux calls USER_HZ: a part of its interface, the same on every machine. */
const TICKS_PER_SECOND = 100;

/** User and system time of all threads of a server's processes so far, in seconds; proc(5). */
export function cpuSeconds(server: Server): number {
  let ticks = 0;
  for (const pid of server.pids()) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything; utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Waits until a server does next to nothing, such as after the jobs of its start; at most half a minute. */
export async function untilIdle(server: Server): Promise<void> {
  for (let second = 0; second < 30; second += 1) {
    const before = cpuSeconds(server);
    await sleep(1000);
    if (cpuSeconds(server) - before <= 0.02) return;
  }
}

export function memory(server: Server): Usage {
  const usage = { resident: 0, peak: 0 };
  for (const pid of server.pids()) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
    usage.resident += kilobytes('VmRSS') * 1024;
    usage.peak += kilobytes('VmHWM') * 1024;
  }
  return usage;
}
