import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, yarnBerry, type Client } from '../setup/clients.ts';
import { startProvider, type RunningProvider } from '../setup/oidc-provider.ts';
import { machine, output, project } from '../setup/projects.ts';
import { packageUrl, publish, register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let npm: Client;
let server: RunningKontor;
let provider: RunningProvider;
let registry: string;
let anna: string;

const REPOSITORY = 'acme/rockets';
const job = {
  sub: 'repo:acme/rockets:ref:refs/heads/main',
  repository: REPOSITORY,
  repository_id: '4711',
  workflow_ref: 'acme/rockets/.github/workflows/release.yml@refs/heads/main',
  run_id: '99',
};

beforeAll(async () => {
  npm = await npmClient();
  provider = await startProvider();
  server = await startKontor({
    env: { KONTOR_GITHUB_ISSUER: provider.issuer, KONTOR_GITLAB_ISSUER: provider.issuer },
  });
  registry = `${server.url}/npm`;
  anna = await register(server, 'anna');
});

/** The variables of a GitHub runner in a workflow with `id-token: write`. */
function githubRunner(): Record<string, string> {
  provider.job = job;
  const { url, token } = provider.tokenRequest;
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    ACTIONS_ID_TOKEN_REQUEST_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: token,
  };
}

/** A package that exists, with the rule that `npm trust` makes for it. */
async function trusted(name: string, ...flags: string[]): Promise<void> {
  expect(await publish(server, anna, name, '1.0.0')).toMatchObject({ status: 201 });
  const options = flags.length > 0 ? flags : ['--allow-publish'];
  const args = ['trust', 'github', name, '--repo', REPOSITORY, '--file', 'release.yml', '--yes', ...options];
  output(await npm.run(args, machine(registry, anna)));
}

async function packument(name: string): Promise<Record<string, unknown>> {
  return (await (await fetch(packageUrl(server, name))).json()) as Record<string, unknown>;
}

const versionsOf = async (name: string) =>
  ((await packument(name)) as { versions: Record<string, Record<string, unknown>> }).versions;

describe('npm trust', () => {
  test('adds a trusted publisher, lists it and takes it away', async () => {
    await trusted('rocket', '--allow-publish', '--env', 'production');
    const box = machine(registry, anna);
    const [rule] = [JSON.parse(output(await npm.run(['trust', 'list', 'rocket', '--json'], box)))] as [
      Record<string, unknown>,
    ];
    expect(rule).toMatchObject({
      type: 'github',
      file: 'release.yml',
      repository: REPOSITORY,
      environment: 'production',
      permissions: ['createPackage'],
    });

    output(await npm.run(['trust', 'revoke', 'rocket', `--id=${String(rule['id'])}`], box));
    expect(output(await npm.run(['trust', 'list', 'rocket'], box))).toMatch(/No trust configurations/);
  });

  test('is for owners: others hear what they would at any change', async () => {
    await trusted('private-rocket');
    const ben = machine(registry, await register(server, 'ben'));
    const listed = await npm.run(['trust', 'list', 'private-rocket'], ben);
    expect(listed.code).not.toBe(0);
    expect(listed.stderr).toMatch(/You do not own private-rocket/);
  });
});

describe('npm publish in a workflow that the package trusts', () => {
  test('needs no token of anybody, and says in the document who it was', async () => {
    await trusted('engine');
    const box = machine(registry);
    const { cwd, env } = project(box, 'engine', { name: 'engine', version: '1.1.0' });
    output(await npm.run(['publish'], { cwd, env: { ...env, ...githubRunner() } }));

    expect((await versionsOf('engine'))['1.1.0']).toMatchObject({
      _npmUser: {
        name: 'GitHub Actions',
        trustedPublisher: { id: 'github', oidcConfigId: expect.stringMatching(/^oidc:[0-9a-f-]{36}$/) },
      },
    });
    expect(await packument('engine')).toMatchObject({ maintainers: [{ name: 'anna' }] });
  });

  test('works for scoped packages, GitLab and its NPM_ID_TOKEN', async () => {
    const name = '@acme/fuel';
    await publish(server, anna, name, '1.0.0');
    const args = [
      'trust',
      'gitlab',
      name,
      '--project',
      'acme/tools/fuel',
      '--file',
      '.gitlab-ci.yml',
      '--yes',
    ];
    output(await npm.run([...args, '--allow-publish'], machine(registry, anna)));
    const token = await provider.sign({
      aud: 'npm:127.0.0.1',
      project_path: 'acme/tools/fuel',
      project_id: '8',
      ci_config_ref_uri: 'gitlab.example.com/acme/tools/fuel//.gitlab-ci.yml@refs/tags/v1.1.0',
    });
    const { cwd, env } = project(machine(registry), 'fuel', { name, version: '1.1.0' });
    const runner = { CI: 'true', GITLAB_CI: 'true', NPM_ID_TOKEN: token };
    output(await npm.run(['publish'], { cwd, env: { ...env, ...runner } }));
    expect(Object.keys(await versionsOf(name))).toContain('1.1.0');
  });

  test('stages a version that a person then publishes', async () => {
    await trusted('payload', '--allow-stage-publish');
    const { cwd, env } = project(machine(registry), 'payload', { name: 'payload', version: '1.1.0' });
    const runner = { cwd, env: { ...env, ...githubRunner() } };
    const staged = output(await npm.run(['stage', 'publish'], runner));
    const id = /staged with id ([\da-f-]{36})/.exec(staged)?.[1] ?? '';
    expect(Object.keys(await versionsOf('payload'))).toEqual(['1.0.0']);
    const box = machine(registry, anna);
    expect(JSON.parse(output(await npm.run(['stage', 'view', id, '--json'], box)))).toMatchObject({
      packageName: 'payload',
      version: '1.1.0',
      actorType: 'trusted publisher',
    });
    output(await npm.run(['stage', 'approve', id], box));
    expect((await versionsOf('payload'))['1.1.0']).toMatchObject({ _npmUser: { name: 'GitHub Actions' } });
  });

  test('is refused for a package that does not trust it, and when it may only stage versions', async () => {
    await publish(server, anna, 'unrelated', '1.0.0');
    await trusted('staged-only', '--allow-stage-publish');
    for (const name of ['unrelated', 'staged-only']) {
      const { cwd, env } = project(machine(registry), name, { name, version: '1.1.0' });
      const result = await npm.run(['publish'], { cwd, env: { ...env, ...githubRunner() } });
      expect(result.code).not.toBe(0);
      expect(Object.keys(await versionsOf(name))).toEqual(['1.0.0']);
    }
  });
});

test('yarn npm publish asks for the token below the registry', async () => {
  await trusted('wing');
  const yarn = await yarnBerry();
  const settings = `npmRegistryServer: ${registry}\nunsafeHttpWhitelist: ["127.0.0.1"]\nenableTelemetry: false\n`;
  const box = machine(registry);
  const { cwd, env } = project(
    box,
    'wing',
    { name: 'wing', version: '1.1.0' },
    {
      '.yarnrc.yml': settings,
      'yarn.lock': '',
    },
  );
  const runner = { ...env, ...githubRunner() };
  await yarn.run(['install', '--mode=skip-build'], {
    cwd,
    env: { ...runner, YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' },
  });
  output(await yarn.run(['npm', 'publish'], { cwd, env: runner }));
  expect((await versionsOf('wing'))['1.1.0']).toMatchObject({ _npmUser: { name: 'GitHub Actions' } });
});
