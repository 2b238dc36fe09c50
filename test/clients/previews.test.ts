import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  bunClient,
  npmClient,
  pathWith,
  pnpmClient,
  yarnBerry,
  yarnClassic,
  type Client,
  type Sandbox,
} from '../setup/clients.ts';
import { greeter, greetings, machine, output, project, type Sample } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { run, type RunResult } from '../setup/run.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

interface Published {
  sha: string;
  packages: { name: string; version: string; url: string; shasum: string }[];
}

interface Installer {
  client: () => Promise<Client>;
  /** Arguments that add an address to a project: those of the line that is printed. */
  add: (name: string, url: string) => string[];
  lock: string;
  /** Arguments that install what the lock file says, and nothing else. */
  frozen: string[];
  /** What it says when an address has other bytes than the lock file knows. */
  refusal: RegExp;
}

type Folder = ReturnType<typeof project>;

/** pnpm takes no package that depends on an address, unless it is told to. */
const exotic = '--config.blockExoticSubdeps=false';

const installers: Record<string, Installer> = {
  npm: {
    client: npmClient,
    add: (_, url) => ['install', url],
    lock: 'package-lock.json',
    frozen: ['ci'],
    refusal: /EINTEGRITY/,
  },
  pnpm: {
    client: pnpmClient,
    add: (_, url) => ['add', exotic, url],
    lock: 'pnpm-lock.yaml',
    frozen: ['install', '--frozen-lockfile', '--config.fetchRetries=0'],
    refusal: /ERR_PNPM_TARBALL_INTEGRITY/,
  },
  'yarn 1': {
    client: yarnClassic,
    add: (name, url) => ['add', `${name}@${url}.tgz`],
    lock: 'yarn.lock',
    frozen: ['install', '--frozen-lockfile'],
    refusal: /Integrity check failed/,
  },
  'yarn 4': {
    client: yarnBerry,
    add: (name, url) => ['add', `${name}@${url}.tgz`],
    lock: 'yarn.lock',
    frozen: ['install', '--immutable'],
    refusal: /YN0018/,
  },
  bun: {
    client: bunClient,
    add: (_, url) => ['add', url],
    lock: 'bun.lock',
    frozen: ['install', '--frozen-lockfile'],
    refusal: /Integrity check failed/,
  },
};

const application = { name: 'application', version: '1.0.0', private: true };
const nowhere = machine('http://127.0.0.1:9');

let server: RunningKontor;
let token: string;
let path: string;

beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
  path = pathWith({ npm: await npmClient() });
});

/** A real repository of packages that were never released, on a branch. */
async function clone(name: string, samples: Sample[]): Promise<Folder> {
  const root = project(nowhere, name, { private: true, workspaces: ['packages/*'] });
  for (const { manifest, files } of samples) {
    const folder = join('packages', manifest.name.replace('/', '-'));
    project({ ...nowhere, cwd: root.cwd }, folder, manifest, files);
  }
  const author = ['-c', 'user.name=anna', '-c', 'user.email=anna@example.com'];
  for (const args of [
    ['init', '--quiet', '--initial-branch=feature/x'],
    ['remote', 'add', 'origin', 'git@git.example.com:acme/demo.git'],
    ['add', '.'],
    [...author, 'commit', '--quiet', `--message=${name}`],
  ]) {
    output(await run('git', args, root));
  }
  return root;
}

function preview({ cwd, env }: Folder, ...args: string[]): Promise<RunResult> {
  const variables = { ...env, PATH: path, KONTOR_REGISTRY_URL: server.url, KONTOR_TOKEN: token };
  return kontor(['preview', 'publish', ...args], { cwd, env: variables });
}

async function publish(root: Folder, ...args: string[]): Promise<Published> {
  return JSON.parse(output(await preview(root, '--json', ...args))) as Published;
}

const urlOf = ({ packages }: Published, name: string) => packages.find((one) => one.name === name)?.url ?? '';

function newProject(box: Sandbox = machine(`${server.url}/npm`)): Folder {
  return project(box, 'application', application);
}

/** The project on a machine that has never seen any of it. */
function copyOf({ cwd }: Folder, lock: string): Folder {
  const fresh = newProject();
  for (const file of ['package.json', lock]) cpSync(join(cwd, file), join(fresh.cwd, file));
  return fresh;
}

/** What the installed program says, which needs the sibling for it. */
async function greeting(client: Client, folder: Folder, isBerry: boolean): Promise<string> {
  if (isBerry) return output(await client.run(['run', 'greet', 'Anna'], folder));
  return output(await run(join(folder.cwd, 'node_modules/.bin/greet'), ['Anna'], { cwd: folder.cwd }));
}

describe('[P-50] previews of a commit', () => {
  let root: Folder;
  let published: Published;

  beforeAll(async () => {
    root = await clone('demo', [greetings, greeter]);
    published = await publish(root);
  });

  test('are published together, of what git has checked out', async () => {
    const { sha, packages } = published;
    expect(sha).toBe(output(await run('git', ['rev-parse', 'HEAD'], root)).trim());
    expect(packages.map(({ name, version }) => `${name}@${version}`).toSorted()).toEqual([
      '@acme/greeter@1.0.0',
      'greetings@1.0.0',
    ]);
    expect(urlOf(published, 'greetings')).toBe(`${server.url}/commits/${sha}/greetings/tarball`);
    for (const { url, shasum } of packages) {
      const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
      expect(createHash('sha1').update(bytes).digest('hex')).toBe(shasum);
    }
  });

  /** Projects that have installed them, by client. */
  const installed = new Map<string, Folder>();

  test.each(Object.entries(installers))(
    '[P-19] are installed by %s with siblings, and again from its lock file',
    async (client, { client: get, add, lock, frozen }) => {
      const installer = await get();
      const isBerry = client === 'yarn 4';
      const folder = newProject();
      output(await installer.run(add('@acme/greeter', urlOf(published, '@acme/greeter')), folder));
      expect(await greeting(installer, folder, isBerry)).toBe('Hello, Anna!\n');
      installed.set(client, folder);
      const again = copyOf(folder, lock);
      output(await installer.run(frozen, again));
      expect(await greeting(installer, again, isBerry)).toBe('Hello, Anna!\n');
    },
  );

  test.each(Object.entries(installers))(
    'are installed by %s at the addresses of pkg.pr.new, by a branch',
    async (client, { client: get, add }) => {
      const installer = await get();
      const folder = newProject();
      const address = `${server.url}/acme/demo/%40acme%2Fgreeter@feature%2Fx`;
      output(await installer.run(add('@acme/greeter', address), folder));
      expect(await greeting(installer, folder, client === 'yarn 4')).toBe('Hello, Anna!\n');
    },
  );

  describe('that were replaced', () => {
    beforeAll(async () => {
      const changed = { ...greetings.manifest, description: 'Replaced' };
      project({ ...nowhere, cwd: root.cwd }, 'packages/greetings', changed);
      await publish(root, '--allow-dirty');
    });

    test.each(Object.entries(installers))(
      'are refused by %s, whose lock file knows other bytes',
      async (client, { client: get, lock, frozen, refusal }) => {
        const folder = installed.get(client);
        const refused = folder && (await (await get()).run(frozen, copyOf(folder, lock)));
        expect(refused?.code).not.toBe(0);
        expect(`${refused?.stdout}${refused?.stderr}`).toMatch(refusal);
      },
    );
  });
});

describe('[P-50] a preview for few', () => {
  const secret: Sample = {
    manifest: { name: '@acme/secret', version: '1.0.0', publishConfig: { access: 'restricted' } },
    files: { 'index.js': '' },
  };
  let url: string;

  beforeAll(async () => {
    url = urlOf(await publish(await clone('secret', [secret])), '@acme/secret');
  });

  test.each(['npm', 'pnpm'] as const)(
    'is installed by %s with a token, and is not there without',
    async (name) => {
      const { client: get, add } = installers[name] ?? {};
      const client = await get?.();
      const install = (box: Sandbox) => client?.run(add?.('@acme/secret', url) ?? [], newProject(box));
      expect(await install(machine(server.url, token))).toMatchObject({ code: 0 });
      const refused = await install(machine(server.url));
      expect(refused?.code).not.toBe(0);
      expect(`${refused?.stdout}${refused?.stderr}`).toContain('404');
    },
  );
});
