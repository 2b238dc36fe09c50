import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { npmClient, type Client } from '../setup/clients.ts';
import { verifyWithPacote } from '../setup/pacote.ts';
import { greeter, greetings, machine, output, project, readJson } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run } from '../setup/run.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { realPackage, scriptedUpstream, serves, type ScriptedUpstream } from '../upstream/index.ts';

let upstream: ScriptedUpstream;
let server: RunningKontor;
let token: string;
let npm: Client;
let registry: string;
/** With the archives of `my-package` and `@acme/greeter`. */
let folder: string;

beforeAll(async () => {
  upstream = await scriptedUpstream();
  upstream.script = serves(await realPackage('public-package', ['1.0.0'], upstream.url));
  const cwd = temporaryFolder('cwd');
  writeFileSync(join(cwd, 'kontor.yaml'), `registries: { npm: { upstreams: [{ url: '${upstream.url}' }] } }`);
  server = await startKontor({ cwd, env: { KONTOR_NPM_UPSTREAM: undefined, KONTOR_PROFILE: 'pantry' } });
  token = await register(server, 'anna');
  registry = `${server.url}/npm`;
  npm = await npmClient();
  const box = machine(registry, token);
  const mine = { name: 'my-package', version: '1.0.0', dependencies: { 'public-package': '^1.0.0' } };
  const files = {
    'index.js': "module.exports = 'mine';\n",
    'cli.js': "#!/usr/bin/env node\nconsole.log('runs');\n",
  };
  const here = project(box, 'mine', { ...mine, bin: { 'my-command': 'cli.js' } }, files);
  output(await npm.run(['pack', '--pack-destination', box.cwd], here));
  const other = project(box, 'greeter', greeter.manifest, greeter.files);
  output(await npm.run(['pack', '--pack-destination', box.cwd], other));
  folder = box.cwd;
});
afterAll(() => upstream.close());

/** A line of the README as it is typed there, with the address of this server and a real token. */
async function typed(line: string): Promise<Record<string, unknown>> {
  const command = line.replaceAll('http://localhost:3000', server.url).replaceAll('your-token', token);
  return JSON.parse(output(await run('bash', ['-c', command], { cwd: folder }))) as Record<string, unknown>;
}

test('[P-37] [P-54] npm installs what curl has published as the README says, and what it needs from the upstream', async () => {
  const answer = await typed(
    `curl -X POST http://localhost:3000/publish \\
  -H "Authorization: Bearer your-token" \\
  -F "metadata={\\"name\\":\\"my-package\\",\\"version\\":\\"1.0.0\\"}" \\
  -F "tarball=@my-package-1.0.0.tgz"`,
  );
  expect(answer).toEqual({ success: true, message: 'Published my-package@1.0.0' });
  const box = machine(registry);
  const application = project(box, 'application', { name: 'application', version: '1.0.0', private: true });
  output(await npm.run(['install', 'my-package'], application));
  const lock = readJson(application.cwd, 'package-lock.json')['packages'] as Record<string, object>;
  expect(lock['node_modules/my-package']).toMatchObject({
    version: '1.0.0',
    integrity: expect.stringMatching(/^sha512-/) as string,
    bin: { 'my-command': 'cli.js' },
  });
  expect(lock['node_modules/public-package']).toMatchObject({ version: '1.0.0' });
  expect(output(await npm.run(['exec', '--', 'my-command'], application)).trim()).toBe('runs');
  expect(await verifyWithPacote(npm, registry, 'my-package@1.0.0', 'Signatures')).toBe('genuine');
});

test('[P-38] [P-54] JSON with base64 as typed, and both packages through the root as well', async () => {
  writeFileSync(
    join(folder, 'body.json'),
    output(await run('bash', ['-c', 'base64 -w0 acme-greeter-*.tgz'], { cwd: folder })).trim(),
  );
  const { name, version } = greeter.manifest;
  const answer = await typed(
    `curl -X POST http://localhost:3000/publish \\
  -H "Authorization: Bearer your-token" \\
  -H "Content-Type: application/json" \\
  -d '{"metadata":{"name":"${name}","version":"${version}"},"tarball":"'$(cat body.json)'"}'`,
  );
  expect(answer).toEqual({ success: true, message: `Published ${name}@${version}` });
  expect(await typed(`curl http://localhost:3000/packages/${name}`)).toMatchObject({ name, version });
  expect(await typed('curl http://localhost:3000/packages/public-package')).toMatchObject({
    version: '1.0.0',
  });
  expect(await typed("curl 'http://localhost:3000/search?q=greeter'")).toMatchObject({ results: [{ name }] });
  const url = `${server.url}/packages/public-package/1.0.0/tarball`;
  const box = machine(registry);
  const application = project(box, 'by-url', { name: 'by-url', version: '1.0.0', private: true });
  output(await npm.run(['install', url], application));
});

test('what npm has published is read as the README says', async () => {
  const box = machine(registry, token);
  const here = project(box, 'greetings', greetings.manifest, greetings.files);
  output(await npm.run(['publish'], here));
  expect(await typed('curl http://localhost:3000/packages/greetings')).toMatchObject({
    name: 'greetings',
    description: 'How to greet',
    tarballUrl: `${server.url}/packages/greetings/1.0.0/tarball`,
  });
  expect(await typed('curl http://localhost:3000/packages/greetings/versions')).toEqual({
    versions: ['1.0.0'],
  });
  const listed = await run('bash', [
    '-c',
    `curl -s ${server.url}/packages/greetings/1.0.0/tarball | tar -tz`,
  ]);
  expect(output(listed)).toContain('package/package.json');
});
