import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../setup/ports.ts';
import { kontor, launcher, startKontor } from '../setup/server.ts';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a server starts from the launcher, answers, and ends cleanly on SIGTERM', async () => {
  const server = await startKontor({ command: launcher });
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  expect(existsSync(server.data)).toBe(true);
  expect(server.vmHwm()).toBeGreaterThan(20 * 2 ** 20);
  expect(alive(server.pid)).toBe(true);
  expect(await server.stop()).toBe(0);
  expect(alive(server.pid)).toBe(false);
});

test('a killed server starts again on the same data and port', async () => {
  const first = await startKontor();
  await first.kill9();
  expect(alive(first.pid)).toBe(false);
  const second = await startKontor({ data: first.data, port: first.port });
  expect(second.url).toBe(first.url);
});

test('options for Node reach the server process', async () => {
  const start = startKontor({ nodeArgs: ['--no-such-option'] });
  await expect(start).rejects.toThrow('--no-such-option is not allowed in NODE_OPTIONS');
});

test('a server that cannot start fails the test with what it wrote', async () => {
  await expect(startKontor({ env: { KONTOR_LOG_LEVEL: 'shouting' } })).rejects.toThrow('KONTOR_LOG_LEVEL');
});

test('a port that somebody else holds is not taken for ready', async () => {
  const port = await freePort();
  const other = createServer((_request, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  await expect(startKontor({ port })).rejects.toThrow('ended before it was ready');
});

test('the command line runs in a clean environment', async () => {
  const result = await kontor(['--version']);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
