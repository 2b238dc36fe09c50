import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLocalRegistry, createServer, Registry, type RegistryOptions } from '../../src/index.ts';
import { isFault } from '../../src/kernel/index.ts';
import { freePort } from '../setup/ports.ts';
import { packageTarball, publish, register } from '../setup/publish.ts';
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

  test('[P-59] a start beside a stop that is under way waits for it', async () => {
    const { start, stop } = createServer(registryIn(temporaryFolder('restart')), await freePort());
    const { url } = await start();
    const stopping = stop();
    expect(await start()).toEqual({ url });
    await stopping;
    expect(await statusAt(`${url}/-/api/openapi.json`)).toBe(200);
    await stop();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('[P-57] URLs of a registry without a base URL are those of its server', async () => {
    const registry = registryIn(temporaryFolder('urls'));
    const { start, stop } = createServer(registry, 0);
    const { url } = await start();
    onTestFinished(stop);
    await registry.publish({ name: 'demo', version: '1.0.0' }, await packageTarball('demo', '1.0.0'));
    const { tarballUrl = '' } = (await registry.getPackage('demo')) ?? {};
    expect(tarballUrl.startsWith(`${url}/`)).toBe(true);
    expect(await statusAt(tarballUrl)).toBe(200);
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

describe("a registry's methods", () => {
  const sha = 'abc1234def5678';
  const folder = temporaryFolder('methods');
  const base = 'http://localhost:3000';
  const registry = registryIn(folder, { baseUrl: base });

  test('[P-58] publish, and read again what every door has', async () => {
    const tarball = await packageTarball('@acme/demo', '1.0.0', {
      'package/package.json': JSON.stringify({
        name: '@acme/demo',
        version: '1.0.0',
        dependencies: { other: '^1.0.0' },
      }),
    });
    await registry.publish({ name: '@acme/demo', version: '1.0.0', description: 'A demo' }, tarball);
    await registry.publish(
      { name: '@acme/demo', version: '0.9.0' },
      await packageTarball('@acme/demo', '0.9.0'),
    );
    expect(await registry.getPackage('@acme/demo')).toEqual({
      name: '@acme/demo',
      version: '1.0.0',
      description: 'A demo',
      dependencies: { other: '^1.0.0' },
      tarballUrl: `${base}/packages/%40acme%2Fdemo/1.0.0/tarball`,
      checksum: `sha256:${createHash('sha256').update(tarball).digest('hex')}`,
      publishedAt: expect.stringMatching(/^\d{4}-/),
      size: tarball.length,
      downloads: 0,
    });
    expect(await registry.getPackage('@acme/demo', '0.9.0')).toMatchObject({ version: '0.9.0' });
    expect(await registry.listVersions('@acme/demo')).toEqual(['1.0.0', '0.9.0']);
    expect(await registry.search('demo')).toEqual([
      { name: '@acme/demo', version: '1.0.0', description: 'A demo', downloads: 0 },
    ]);
    expect(await registry.exists('@acme/demo', '1.0.0')).toBe(true);
    expect(await registry.exists('@acme/demo', '1.0.1')).toBe(false);
    const bytes = await registry.downloadTarball('@acme/demo', '1.0.0');
    expect(Buffer.from(bytes ?? []).equals(tarball)).toBe(true);
    expect(existsSync(join(folder, 'store/initial-admin-password'))).toBe(true);
  });

  test('[P-58] what is not there is null, and what is refused says why', async () => {
    expect(await registry.getPackage('nothing')).toBeNull();
    expect(await registry.getPackage('no such/name')).toBeNull();
    expect(await registry.listVersions('nothing')).toEqual([]);
    expect(await registry.downloadTarball('nothing', '1.0.0')).toBeNull();
    expect(await registry.getCommitPackage(sha, 'nothing')).toBeNull();
    expect(await registry.getCommitPackages(sha)).toBeNull();
    expect(await registry.downloadCommitTarball(sha, 'nothing')).toBeNull();
    const again = await packageTarball('@acme/demo', '1.0.0');
    const metadata = { name: '@acme/demo', version: '1.0.0' };
    await expect(registry.publish(metadata, again)).rejects.toMatchObject({ code: 'version_exists' });
    await expect(registry.publish({ ...metadata, version: '2.0.0' }, again)).rejects.toMatchObject({
      code: 'manifest_invalid',
    });
    await expect(registry.publish(metadata, again, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
    await expect(registry.getCommitPackages('abc')).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('[P-58] packages of commits, beside a server that has them too', async () => {
    const tarball = await packageTarball('my-package', '1.0.0');
    const bytes = new Uint8Array(tarball).buffer;
    const options = { repository: 'https://git.example/org/repo', packageDir: 'packages/my-package' };
    const published = await registry.publishCommit('my-package', sha, bytes, options);
    expect(published).toMatchObject({
      name: 'my-package',
      sha,
      tarballUrl: `${base}/commits/${sha}/my-package/tarball`,
      version: '1.0.0',
      size: tarball.length,
      publishedBy: 'admin',
      ...options,
    });
    await registry.publishCommit('my-package', 'fed4321', tarball);
    expect(await registry.getCommitPackage('abc1234', 'my-package')).toEqual(published);
    expect(await registry.getCommitPackages(sha)).toMatchObject({ sha, packages: [published] });
    const commits = await registry.getPackageCommits('my-package');
    expect(commits.map((one) => one.sha)).toEqual(['fed4321', sha]);
    expect(await registry.getPackageCommits('my-package', 1)).toHaveLength(1);

    const { start, stop } = createServer(registry, 0);
    const { url } = await start();
    expect(await (await fetch(`${url}/commits/${sha}/my-package`)).json()).toEqual(published);
    await (await fetch(`${url}/commits/${sha}/my-package/tarball`)).arrayBuffer();
    const stored = await registry.downloadCommitTarball(sha, 'my-package');
    expect(Buffer.from(stored ?? []).equals(tarball)).toBe(true);
    await registry.publish({ name: 'beside', version: '1.0.0' }, await packageTarball('beside', '1.0.0'));
    expect((await fetch(`${url}/npm/beside`)).status).toBe(200);
    await stop();
    const metadata = JSON.parse(readFileSync(join(folder, 'store/metadata.json'), 'utf8')) as Metadata;
    expect(Object.keys(metadata.packages)).toEqual(['@acme/demo', 'beside']);
    expect(metadata.commits[sha]).toEqual([published]);
    expect(metadata.packageCommits['my-package']?.map((one) => one.sha)).toEqual([sha, 'fed4321']);
    await expect(registry.search('my-package')).resolves.toEqual([]);
    await registry.close();
  });

  test('say where everything is', () => {
    expect(registry.getStorageBackends()).toEqual({
      tarball: { kind: 'files', place: join(folder, 'store/tarballs') },
      metadata: { kind: 'sqlite', place: join(folder, 'store/kontor.db') },
    });
  });
});

interface Metadata {
  packages: Record<string, unknown>;
  commits: Record<string, unknown[]>;
  packageCommits: Record<string, { sha: string }[]>;
}
