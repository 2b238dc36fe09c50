import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import {
  bunClient,
  npmClient,
  pathWith,
  pnpmClient,
  yarnBerry,
  yarnClassic,
  type Client,
} from '../setup/clients.ts';
import { machine, output, project } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { run } from '../setup/run.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

const SHA = 'a832a55d7cb1cbf3e4d0b8a5c1f2e3d4c5b6a798';

let server: RunningKontor;
let token: string;

beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
});

interface Packer {
  client: () => Promise<Client>;
  /** The field of package.json by which the project says who packs it, where the lock file does not. */
  packageManager?: string;
  /** The range of a sibling, as its workspaces have it. */
  range: string;
  files?: Record<string, string>;
}

const packers: Record<string, Packer> = {
  npm: { client: npmClient, range: '^1.0.0' },
  pnpm: {
    client: pnpmClient,
    range: 'workspace:^',
    files: { 'pnpm-workspace.yaml': 'packages: [packages/*]\n' },
  },
  yarn: { client: yarnBerry, packageManager: 'yarn@4.18.1', range: 'workspace:^' },
  'yarn-classic': { client: yarnClassic, packageManager: 'yarn@1.22.22', range: '1.0.0' },
  bun: { client: bunClient, range: 'workspace:^' },
};

test.each(Object.entries(packers))(
  '[S-102] %s packs the workspaces of its project, whose siblings lead to each other',
  async (manager, { client: get, packageManager, range, files }) => {
    const client = await get();
    const box = machine(`${server.url}/npm`, token);
    const names = ['one', 'two'].map((name) => `@by-${manager}/${name}`);
    const [one = '', two = ''] = names;
    const root = {
      private: true,
      name: 'root',
      version: '0.0.0',
      workspaces: ['packages/*'],
      packageManager,
    };
    const { cwd, env } = project(box, 'root', root, files);
    project({ ...box, cwd }, 'packages/one', { name: one, version: '1.0.0' }, { 'index.js': '' });
    project({ ...box, cwd }, 'packages/two', { name: two, version: '1.0.0', dependencies: { [one]: range } });
    output(await client.run(['install'], { cwd, env }));

    const commands = { [manager === 'yarn-classic' ? 'yarn' : manager]: client };
    const variables = { ...env, PATH: pathWith(commands) };
    const said = output(
      await kontor(['preview', 'publish', '--sha', SHA, '--json'], { cwd, env: variables }),
    );
    expect(JSON.parse(said)).toMatchObject({ packages: [{ name: one }, { name: two }] });

    const archive = join(cwd, 'two.tgz');
    const url = `${server.url}/commits/${SHA}/${encodeURIComponent(two)}/tarball`;
    writeFileSync(archive, Buffer.from(await (await fetch(url)).arrayBuffer()));
    const packed = await run('tar', ['-xzOf', archive, 'package/package.json']);
    expect(JSON.parse(output(packed))).toMatchObject({
      dependencies: { [one]: `${server.url}/commits/${SHA}/${encodeURIComponent(one)}/tarball.tgz` },
    });
  },
);

test('scripts that run while a package is packed do not get what it is published with', async () => {
  const box = machine(`${server.url}/npm`, token);
  const script = `node -e "require('fs').writeFileSync('seen.json', JSON.stringify(process.env))"`;
  const { cwd, env } = project(box, 'scripted', {
    name: 'scripted',
    version: '1.0.0',
    scripts: { prepack: script },
  });
  const identity = {
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of the job',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:9/',
  };
  const npm = pathWith({ npm: await npmClient() });
  const variables = { ...env, ...identity, PATH: npm, KONTOR_TOKEN: token, KONTOR_REGISTRY_URL: server.url };
  output(await kontor(['preview', 'publish', '--sha', SHA], { cwd, env: variables }));
  const seen = JSON.parse(readFileSync(join(cwd, 'seen.json'), 'utf8')) as Record<string, string>;
  expect(seen).toMatchObject({
    KONTOR_TOKEN: '',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: '',
    ACTIONS_ID_TOKEN_REQUEST_URL: '',
    KONTOR_REGISTRY_URL: server.url,
  });
});
