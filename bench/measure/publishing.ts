import { put } from '../setup/registry-client.ts';
import type { Registry } from '../setup/world.ts';
import type { Turn } from './rounds.ts';

export interface Upload {
  name: string;
  body: Buffer;
}

/** Publishes with so many at once until the time is over or nothing is left; counts what was acknowledged. */
export async function publishFor(
  registry: Registry,
  uploads: readonly Upload[],
  { atOnce, seconds }: { atOnce: number; seconds: number },
): Promise<Turn & { acknowledged: string[] }> {
  const acknowledged: string[] = [];
  let errors = 0;
  let next = 0;
  const begun = performance.now();
  const deadline = begun + seconds * 1000;
  const publisher = async () => {
    while (performance.now() < deadline) {
      const upload = uploads[next++];
      if (upload === undefined) return;
      const status = await put(registry.registry, upload.name, registry.token, upload.body).catch(() => 0);
      if (status >= 200 && status < 300) acknowledged.push(upload.name);
      else errors += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, publisher));
  const elapsed = (performance.now() - begun) / 1000;
  return {
    value: acknowledged.length / elapsed,
    operations: acknowledged.length,
    errors,
    acknowledged,
  };
}
