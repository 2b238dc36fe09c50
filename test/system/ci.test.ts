import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { npmClient, pathWith } from '../setup/clients.ts';
import { machine, output, project, readJson } from '../setup/projects.ts';
import { publish, register } from '../setup/publish.ts';
import { run } from '../setup/run.ts';
import { launcher, startKontor, type RunningKontor } from '../setup/server.ts';

const folder = fileURLToPath(new URL('../../deploy/ci', import.meta.url));
const read = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'));

interface Action {
  runs: { steps: { shell: string; run: string; env: Record<string, string> }[] };
}
type Pipeline = Record<string, { script: string[]; variables: Record<string, string> }>;

let server: RunningKontor;
let token: string;
let path: string;

beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
  path = pathWith({ npm: await npmClient() });
});

/** The script of an action's only step, with what its inputs were given: as GitHub runs it. */
function runAction(
  file: string,
  inputs: Record<string, string>,
  where: { cwd: string; env: Record<string, string> },
) {
  const [step] = (read(file) as Action).runs.steps;
  const given = Object.entries(step?.env ?? {}).map(([name, value]) => {
    const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1] ?? '';
    return [name, inputs[input] ?? ''];
  });
  const env = { ...where.env, ...Object.fromEntries(given), PATH: path };
  return run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? ''], { ...where, env });
}

/** A job's script with its variables, as GitLab's runner runs it where there is no bash. */
function runJob(
  file: string,
  variables: Record<string, string>,
  where: { cwd: string; env: Record<string, string> },
) {
  const [job] = Object.values(read(file) as Pipeline);
  const env = { ...where.env, ...job?.variables, ...variables, PATH: path };
  return run('sh', ['-e', '-c', job?.script.join('\n') ?? ''], { ...where, env });
}

/** A clone with two packages, one of which was released before. */
async function releases(name: string) {
  expect((await publish(server, token, `${name}-one`, '1.0.0')).status).toBe(201);
  const clone = project(machine('http://127.0.0.1:9'), name, { private: true });
  for (const part of ['one', 'two']) {
    project({ ...machine('http://127.0.0.1:9'), cwd: clone.cwd }, `packages/${part}`, {
      name: `${name}-${part}`,
      version: '1.0.0',
    });
  }
  return clone;
}

const versions = async (name: string) => {
  const response = await fetch(`${server.url}/npm/${name}`);
  const { versions: known = {} } = (await response.json()) as { versions?: object };
  return Object.keys(known);
};

describe('[S-102] a release', () => {
  const packages = 'packages/one\npackages/two';

  test('by the GitHub Action publishes what is not there yet, and may be run again', async () => {
    const clone = await releases('by-action');
    const inputs = { registry: `${server.url}/npm`, token, packages };
    expect(output(await runAction('github/release/action.yml', inputs, clone))).toContain(
      'by-action-one@1.0.0 is there already.',
    );
    expect(await versions('by-action-two')).toEqual(['1.0.0']);
    expect(output(await runAction('github/release/action.yml', inputs, clone))).toContain(
      'by-action-two@1.0.0 is there already.',
    );
  });

  test('by the GitLab job publishes what is not there yet, and fails where npm does', async () => {
    const clone = await releases('by-job');
    const variables = { REGISTRY: `${server.url}/npm/`, PACKAGES: packages };
    expect(await runJob('gitlab/release.gitlab-ci.yml', variables, clone)).toMatchObject({ code: 1 });
    expect(await versions('by-job-two')).toEqual([]);
    output(await runJob('gitlab/release.gitlab-ci.yml', { ...variables, NODE_AUTH_TOKEN: token }, clone));
    expect(await versions('by-job-two')).toEqual(['1.0.0']);
  });
});

describe('[S-102] a preview', () => {
  const sha = 'a832a55d7cb1cbf3e4d0b8a5c1f2e3d4c5b6a798';
  const command = launcher;

  test('by the GitHub Action says in its output and summary where the packages are', async () => {
    const clone = await releases('seen-by-action');
    const [GITHUB_OUTPUT, GITHUB_STEP_SUMMARY] = [join(clone.cwd, 'output'), join(clone.cwd, 'summary')];
    const job = { GITHUB_SHA: sha, GITHUB_REPOSITORY: 'acme/demo', GITHUB_OUTPUT, GITHUB_STEP_SUMMARY };
    const inputs = {
      registry: `${server.url}/`,
      token,
      packages: 'packages/*',
      arguments: '--compact',
      command,
    };
    const where = { ...clone, env: { ...clone.env, ...job } };
    output(await runAction('github/preview/action.yml', inputs, where));
    const url = `${server.url}/seen-by-action-one@a832a55`;
    expect(readFileSync(GITHUB_STEP_SUMMARY, 'utf8')).toContain(`npm i ${url}`);
    const json = /^json<<(\S+)\n([^]*)\n\1\n$/.exec(readFileSync(GITHUB_OUTPUT, 'utf8'))?.[2] ?? '';
    expect(JSON.parse(json)).toMatchObject({
      sha,
      packages: [{ name: 'seen-by-action-one', url }, { name: 'seen-by-action-two' }],
    });
    expect((await fetch(url)).status).toBe(200);
  });

  test('by the GitLab job leaves a list of the packages, and a dead token fails it', async () => {
    const clone = await releases('seen-by-job');
    const job = { GITLAB_CI: 'true', CI_COMMIT_SHA: sha, KONTOR_REGISTRY_URL: server.url };
    const variables = { ...job, KONTOR_COMMAND: command, KONTOR_PACKAGES: 'packages/*', KONTOR_TOKEN: token };
    output(await runJob('gitlab/preview.gitlab-ci.yml', variables, clone));
    expect(readJson(clone.cwd, 'previews.json')).toMatchObject({
      sha,
      packages: [{}, { name: 'seen-by-job-two' }],
    });
    const dead = { ...variables, KONTOR_TOKEN: 'ktr_garbage' };
    expect(await runJob('gitlab/preview.gitlab-ci.yml', dead, clone)).toMatchObject({ code: 1 });
  });

  test('runs nothing before it is said how to run Kontor, for whoever owns the package gets the token', async () => {
    const clone = await releases('unsaid');
    const inputs = { registry: server.url, token, packages: 'packages/*' };
    expect(await runAction('github/preview/action.yml', inputs, clone)).toMatchObject({
      stderr: expect.stringContaining('how to run Kontor') as string,
    });
    const variables = { KONTOR_REGISTRY_URL: server.url, KONTOR_TOKEN: token };
    expect(await runJob('gitlab/preview.gitlab-ci.yml', variables, clone)).toMatchObject({
      stderr: expect.stringContaining('how to run Kontor') as string,
    });
  });
});
