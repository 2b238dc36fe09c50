import { expect, test } from 'vitest';
import { publish, register } from '../setup/publish.ts';
import { launcher, startKontor, type RunningKontor } from '../setup/server.ts';

const PACKAGES = 1_000;
const DOWNLOADS = 10_000;
/** The machine that the guide names has 4 GB for everything; the server must leave most of it to others. */
const MEMORY = 1024 ** 3;

/** Runs `work` for 0 … count-1, `width` at a time. */
async function inParallel(
  count: number,
  width: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

async function download(server: RunningKontor, index: number): Promise<number> {
  const name = `package-${index % PACKAGES}`;
  const response = await fetch(`${server.url}/npm/${name}/-/${name}-1.0.0.tgz`);
  const { byteLength } = await response.arrayBuffer();
  return response.status === 200 ? byteLength : 0;
}

function seconds(from: number, to: number): string {
  return ((to - from) / 1000).toFixed(1);
}

test('a day of a thousand packages and ten thousand downloads fits a small machine [D-50], at the npm door', async () => {
  const server = await startKontor({ command: launcher, env: { KONTOR_LOG_LEVEL: 'warn' } });
  const token = await register(server, 'anna');
  const began = performance.now();
  await inParallel(PACKAGES, 8, async (index) => {
    expect(await publish(server, token, `package-${index}`, '1.0.0')).toMatchObject({ status: 201 });
  });
  const published = performance.now();
  await inParallel(DOWNLOADS, 16, async (index) => {
    expect(await download(server, index)).toBeGreaterThan(0);
  });
  const downloaded = performance.now();
  const memory = server.vmHwm();
  process.stdout.write(
    `${PACKAGES} packages published in ${seconds(began, published)} s, ${DOWNLOADS} downloads in ` +
      `${seconds(published, downloaded)} s, at most ${Math.round(memory / 1024 ** 2)} MiB of memory\n`,
  );
  expect(memory).toBeLessThan(MEMORY);
  expect(await server.stop()).toBe(0);
});
