import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Load {
  url: string;
  seconds: number;
  connections?: number;
  headers?: Record<string, string>;
  /** Asks for `<url><number>` instead, a random number of six digits below this. */
  names?: number;
}

export interface LoadResult {
  requests: number;
  /** Per second. */
  rate: number;
  /** Socket errors, and answers of 400 and above. */
  errors: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const script = fileURLToPath(new URL('../wrk/load.lua', import.meta.url));
/** What the script prints last, after wrk's own words. */
const RESULT = /^RESULT (\{.*\})$/m;

/** One thread of wrk, closed loop: every connection asks again as soon as it has its answer. */
export async function wrk(load: Load): Promise<LoadResult> {
  const { url, seconds, connections = 32, headers = {}, names } = load;
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
  args.push(url);
  if (names !== undefined) args.push('--', String(names));
  const { stdout } = await promisify(execFile)('wrk', args, { timeout: (seconds + 30) * 1000 });
  return parseResult(stdout);
}

export function parseResult(stdout: string): LoadResult {
  const text = RESULT.exec(stdout)?.[1];
  if (text === undefined) throw new Error(`wrk printed no result:\n${stdout}`);
  const { requests, microseconds, errors, p50, p99 } = JSON.parse(text) as Record<string, number>;
  if (requests === undefined || microseconds === undefined) throw new Error(`wrk printed ${text}`);
  return {
    requests,
    rate: requests / (microseconds / 1e6),
    errors: errors ?? 0,
    p50: (p50 ?? 0) / 1000,
    p99: (p99 ?? 0) / 1000,
  };
}
