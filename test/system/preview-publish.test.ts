import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, pathWith } from '../setup/clients.ts';
import { startProvider } from '../setup/oidc-provider.ts';
import { machine, output, project, readJson } from '../setup/projects.ts';
import { publish, register } from '../setup/publish.ts';
import { run } from '../setup/run.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

const SHA = 'a832a55d7cb1cbf3e4d0b8a5c1f2e3d4c5b6a798';

type Folder = ReturnType<typeof project>;

let server: RunningKontor;
let token: string;
let path: string;
let issuer: Awaited<ReturnType<typeof startProvider>>;

beforeAll(async () => {
  issuer = await startProvider();
  server = await startKontor({ env: { KONTOR_GITHUB_ISSUER: issuer.issuer } });
  token = await register(server, 'anna');
  path = pathWith({ npm: await npmClient() });
});

/** Packages in a folder that git does not know, on a machine whose npm knows the server. */
function packages(...manifests: { name: string; private?: boolean; dependencies?: object }[]): Folder {
  const box = machine(`${server.url}/npm`, token);
  for (const manifest of manifests) {
    project(box, join('all', manifest.name.replace('/', '-')), { version: '1.0.0', ...manifest });
  }
  return { cwd: join(box.cwd, 'all'), env: { ...box.env, PATH: path } };
}

const preview = ({ cwd, env }: Folder, args: string[], more: Record<string, string> = {}) =>
  kontor(['preview', 'publish', ...args], { cwd, env: { ...env, ...more } });

const ask = (rest: string) => fetch(`${server.url}${rest}`);

describe('[S-102] kontor preview publish', () => {
  test('takes registry and token from the .npmrc, and prints what to type', async () => {
    const folder = packages({ name: '@acme/one' }, { name: 'two', dependencies: { '@acme/one': '^1.0.0' } });
    const { stdout, stderr, code } = await preview(folder, ['--sha', SHA, '*']);
    const url = `${server.url}/commits/${SHA}/%40acme%2Fone/tarball`;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `Publishing 2 package(s) of commit a832a55 to ${server.url}.\n`,
    });
    expect(stdout).toContain(
      [
        '@acme/one 1.0.0',
        url,
        `npm i ${url}`,
        `pnpm add ${url}`,
        `yarn add @acme/one@${url}.tgz`,
        `bun add ${url}`,
      ].join('\n  '),
    );
    // pnpm asks to be told of packages that depend on an address.
    expect(stdout).toContain(
      `pnpm add --config.blockExoticSubdeps=false ${server.url}/commits/${SHA}/two/tarball`,
    );
    expect((await ask(`/commits/${SHA}/two`)).status).toBe(200);
  });

  test('tells scripts what is where, by short addresses if they like them', async () => {
    const folder = packages({ name: '@acme/short' }, { name: 'hidden', private: true });
    const args = ['--sha', SHA, '--json', '--output', 'previews.json', '--compact', 'acme-*', 'hidden'];
    const { stdout, stderr } = await preview(
      { ...folder },
      args.map((arg) => arg.replace('acme-*', '@acme-*')),
    );
    expect(stderr).toContain('hidden is left out: it is private.');
    const said = JSON.parse(stdout) as { packages: { url: string }[] };
    expect(said).toEqual({
      sha: SHA,
      packages: [
        {
          name: '@acme/short',
          version: '1.0.0',
          url: `${server.url}/@acme/short@a832a55`,
          shasum: expect.stringMatching(/^[0-9a-f]{40}$/),
        },
      ],
    });
    expect(readJson(folder.cwd, 'previews.json')).toEqual(said);
    expect((await fetch(said.packages[0]?.url ?? '')).status).toBe(200);
  });

  test('publishes archives that are there, as a version of the commit if that is wanted', async () => {
    const folder = packages({ name: 'packed' });
    output(await run('npm', ['pack', './packed'], folder));
    const args = ['--sha', SHA, '--json', '--preview-version', 'packed-1.0.0.tgz'];
    const said = JSON.parse(output(await preview(folder, args))) as { packages: { url: string }[] };
    expect(said).toMatchObject({ packages: [{ name: 'packed', version: '0.0.0-preview-a832a55' }] });
    expect(await packageJsonAt(said.packages[0]?.url ?? '')).toMatchObject({
      version: '0.0.0-preview-a832a55',
    });
    expect(readJson(folder.cwd, 'packed/package.json')).toMatchObject({ version: '1.0.0' });
  });

  test('tells the server of branch, pull request and run, as a job knows them', async () => {
    const folder = packages({ name: 'of-a-job' });
    const event = join(folder.cwd, 'event.json');
    const job = {
      GITHUB_SHA: 'f'.repeat(40),
      GITHUB_SERVER_URL: 'https://git.example.com',
      GITHUB_REPOSITORY: 'acme/demo',
      GITHUB_RUN_ID: '12345678901',
      GITHUB_EVENT_PATH: event,
    };
    const head = { sha: SHA, ref: 'feature/x', repo: { full_name: 'acme/demo' } };
    writeFileSync(event, JSON.stringify({ pull_request: { number: 88, head } }));
    output(await preview(folder, ['of-a-job'], job));
    for (const ref of ['88', 'feature%2Fx', 'feature/x', 'a832a55']) {
      const found = await ask(`/acme/demo/of-a-job@${ref}`);
      expect(found.status).toBe(200);
      expect(found.headers.get('x-commit-key')).toBe(`acme:demo:${SHA}`);
    }
    // An earlier run comes late, and moves nothing back.
    const late = { ...job, GITHUB_RUN_ID: '12345678900' };
    const other = { ...head, sha: 'b'.repeat(40) };
    writeFileSync(event, JSON.stringify({ pull_request: { number: 88, head: other } }));
    output(await preview(folder, ['of-a-job'], late));
    expect((await ask('/acme/demo/of-a-job@88')).headers.get('x-commit-key')).toBe(`acme:demo:${SHA}`);
  });

  test('shows the identity of a job that has no token, one package after the other', async () => {
    const folder = packages({ name: 'engine', dependencies: { fuel: '1' } }, { name: 'fuel' });
    const job = {
      repository: 'acme/demo',
      repository_id: '7',
      workflow_ref: 'acme/demo/.github/workflows/ci.yml@main',
    };
    for (const name of ['engine', 'fuel']) {
      expect((await publish(server, token, name, '0.1.0')).status).toBe(201);
      const rule = {
        type: 'github',
        claims: { repository: 'acme/demo', workflow_ref: { file: 'ci.yml' } },
        permissions: ['createPackage'],
      };
      const trusted = await fetch(
        `${server.url}/-/api/v1/registries/npm/packages/${name}/trusted-publishers`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(rule),
        },
      );
      expect(trusted.status).toBe(201);
    }
    issuer.job = job;
    const { url, token: asking } = issuer.tokenRequest;
    const runner = {
      KONTOR_REGISTRY_URL: server.url,
      ACTIONS_ID_TOKEN_REQUEST_URL: url,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: asking,
    };
    const stranger = machine('http://127.0.0.1:9');
    const asJob = { cwd: folder.cwd, env: { ...stranger.env, PATH: path } };
    output(await preview(asJob, ['--sha', SHA, '*'], runner));
    expect(await packageJsonAt(`${server.url}/commits/${SHA}/engine/tarball.tgz`)).toMatchObject({
      dependencies: { fuel: `${server.url}/commits/${SHA}/fuel/tarball.tgz` },
    });
    expect(await preview(asJob, ['--sha', SHA, '.'], runner)).toMatchObject({ code: 1 });
  });

  test.each([
    ['an unknown commit', [], {}, 1, /not known which commit this is: .* say it with --sha/],
    [
      'no token',
      ['--sha', SHA],
      { npm_config_userconfig: '/dev/null', KONTOR_REGISTRY_URL: 'http://127.0.0.1:9' },
      1,
      /There is no token for http:\/\/127\.0\.0\.1:9: put one into KONTOR_TOKEN/,
    ],
    ['a dead token', ['--sha', SHA], { KONTOR_TOKEN: 'ktr_garbage' }, 1, /status 401: Invalid token/],
    [
      'a server without previews',
      ['--sha', SHA, '--registry', 'BASE/team'],
      { KONTOR_TOKEN: 'ktr_garbage' },
      1,
      /BASE\/team\/publish\/commit is not there.* Give --registry the address/,
    ],
    [
      'a registry that nobody has named',
      ['--sha', SHA],
      { npm_config_userconfig: '/dev/null', KONTOR_TOKEN: 'ktr_secret' },
      1,
      /not known which registry to publish to: say --registry or KONTOR_REGISTRY_URL/,
    ],
    ['no URL', ['--registry', 'example.com'], {}, 1, /example\.com is no http or https URL/],
    ['no package', ['--sha', SHA, 'elsewhere'], {}, 1, /elsewhere cannot be read \(ENOENT\)/],
    [
      'private packages only',
      ['--sha', SHA, 'secret'],
      {},
      1,
      /nothing to publish: every package is private/,
    ],
    [
      'a package manager that is not there',
      ['--sha', SHA, '--pack-with', 'bun'],
      { PATH: '/usr/bin:/bin' },
      1,
      /is packed with bun, which is not installed here/,
    ],
    ['a word for a number', ['--pr', 'seven'], {}, 2, /It is a whole number/],
  ])('says what to do about %s', async (_, args, env, code, sentence) => {
    const folder = packages({ name: 'lonely' }, { name: 'secret', private: true });
    const cwd =
      args.includes('secret') || args.includes('elsewhere') ? folder.cwd : join(folder.cwd, 'lonely');
    const said = await preview(
      { ...folder, cwd },
      args.map((arg) => arg.replace('BASE', server.url)),
      env,
    );
    expect(said.code).toBe(code);
    expect(said.stderr.replaceAll(server.url, 'BASE')).toMatch(sentence);
    expect(said.stdout).toBe('');
  });
});

async function packageJsonAt(url: string): Promise<unknown> {
  const file = join(machine('http://127.0.0.1:9').cwd, 'archive.tgz');
  writeFileSync(file, Buffer.from(await (await fetch(url)).arrayBuffer()));
  return JSON.parse(output(await run('tar', ['-xzOf', file, 'package/package.json'])));
}
