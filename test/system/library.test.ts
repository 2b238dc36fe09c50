import { createServer as createTcpServer } from 'node:net';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLocalRegistry, createServer, Registry, type RegistryOptions } from '../../src/index.ts';
import { isFault } from '../../src/kernel/index.ts';
import { freePort } from '../setup/ports.ts';
import { publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';

/** A registry of its own in a fresh folder, that knows no other one. */
function registryIn(folder: string, options: RegistryOptions = {}): Registry {
  return new Registry({ localStoragePath: join(folder, 'store'), npmFallback: false, ...options });
}

/** What everybody in the process shares. */
function processState(): unknown {
  return {
    listeners: process.eventNames().map((name) => [name, process.listenerCount(name)]),
    umask: process.umask(),
    exitCode: process.exitCode,
    cwd: process.cwd(),
    env: { ...process.env },
  };
}

function problemsOf(options: object): string[] {
  try {
    createServer(new Registry(options));
    return [];
  } catch (error) {
    if (!isFault(error, 'config_invalid')) throw error;
    return error.message.split('\n');
  }
}

async function statusAt(url: string): Promise<number> {
  return (await fetch(url)).status;
}

describe('a registry', () => {
  test('[P-57] opens nothing when it is made', () => {
    const folder = temporaryFolder('library');
    createServer(registryIn(folder), 0);
    expect(existsSync(join(folder, 'store'))).toBe(false);
    expect(createLocalRegistry().baseUrl).toBe('http://localhost:3000');
  });

  test.each([
    [{ dynamoTable: 'registry-packages' }, 'The option dynamoTable is "registry-packages": DynamoDB comes'],
    [{ baseUrl: 'registry' }, 'The option baseUrl '],
    [{ port: 70_000 }, 'The option port '],
    [{ npmRegistry: 'x y' }, 'The option npmRegistry '],
    [{ baseURL: 'http://localhost' }, 'The option baseURL is not known: did you mean baseUrl?'],
    [{ metadataBackend: 'object' }, 'The option metadataBackend is not known here'],
    [{ settings: { cooldwn: '3d' } }, 'The option settings.cooldwn is not a setting: did you mean cooldown?'],
    [{ settings: { port: 1 } }, 'The setting port has an option of its own: port.'],
    [{ settings: { maxTarballBytes: 'much' } }, 'The option settings.maxTarballBytes '],
  ])('[P-32] [P-58] options that cannot be honoured are refused by name: %j', (options, sentence) => {
    const problems = problemsOf(options);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
  });

  test('[P-58] an option that is undefined is left out', () => {
    expect(problemsOf({ baseUrl: undefined, storageProvider: undefined })).toEqual([]);
  });
});

describe('a server', () => {
  test('[P-59] has every door, and two run in one process without a trace in it', async () => {
    const [one, two] = [temporaryFolder('one'), temporaryFolder('two')];
    const before = processState();
    const servers = [createServer(registryIn(one), 0), createServer(registryIn(two), 0)];
    const [first, second] = await Promise.all(servers.map(({ start }) => start()));
    if (first === undefined || second === undefined) throw new Error('both were started');
    expect(processState()).toEqual(before);

    const token = await register({ url: first.url }, 'anna');
    expect(await publish({ url: first.url }, token, 'only-here', '1.0.0')).toMatchObject({ status: 201 });
    expect(await statusAt(`${first.url}/npm/only-here`)).toBe(200);
    expect(await statusAt(`${second.url}/npm/only-here`)).toBe(404);
    expect(await statusAt(`${first.url}/packages/x`)).toBe(404);
    expect(await statusAt(`${first.url}/-/api/openapi.json`)).toBe(200);

    await Promise.all(servers.map(({ stop }) => stop()));
    expect(processState()).toEqual(before);
    expect(existsSync(join(one, 'store/tarballs/npm/only-here/1.0.0/only-here-1.0.0.tgz'))).toBe(true);
  });

  test('[P-59] stops, frees its port, and can be started again', async () => {
    const port = await freePort();
    const { start, stop } = createServer(registryIn(temporaryFolder('again')), port);
    const [started, again] = await Promise.all([start(), start()]);
    expect(started.url).toBe(`http://localhost:${port}`);
    expect(started.firstAdministrator).toMatchObject({ name: 'admin' });
    expect(again).toEqual(started);
    await Promise.all([stop(), stop()]);
    await expect(fetch(started.url)).rejects.toThrow('fetch failed');
    expect(await start()).toEqual({ url: started.url });
    await stop();
  });

  test('a start that fails rejects with what to do, and may be tried again', async () => {
    const port = await freePort();
    const taken = createTcpServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const { start, stop } = createServer(registryIn(temporaryFolder('taken')), port);
    onTestFinished(stop);
    await expect(start()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`Port ${port} is in use`),
    });
    await new Promise((resolve) => taken.close(resolve));
    expect(await start()).toMatchObject({ url: `http://localhost:${port}` });
  });

  test('the log goes where it is told to, and nowhere else', async () => {
    const lines: string[] = [];
    const log = { write: (line: string) => lines.push(line) };
    const { start, stop } = createServer(registryIn(temporaryFolder('log'), { log }), 0);
    const { url } = await start();
    await stop();
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toContain(`Kontor serves ${url}`);
    expect(messages.at(-1)).toBe('stopped');
  });

  test('[P-28] answers with the base URL of the registry', async () => {
    const registry = registryIn(temporaryFolder('base'), {
      baseUrl: 'https://registry.example.com',
      host: '127.0.0.1',
      settings: { registration: 'open' },
    });
    const { start, stop } = createServer(registry, 0);
    onTestFinished(stop);
    const { url } = await start();
    const token = await register({ url }, 'anna');
    await publish({ url }, token, 'demo', '1.0.0');
    const document = (await (await fetch(`${url}/npm/demo/1.0.0`)).json()) as { dist: { tarball: string } };
    expect(document.dist.tarball).toBe('https://registry.example.com/npm/demo/-/demo-1.0.0.tgz');
  });
});
