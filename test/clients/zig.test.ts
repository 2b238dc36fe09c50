import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { readZigPackage } from '../../src/formats/zig/index.ts';
import { api } from '../setup/api.ts';
import { fingerprintOf, oldZonManifest, tarGz, zigLibrary } from '../formats/zig-archive.ts';
import { register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { run } from '../setup/run.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';
import { fetchedHash, whyNoZig, zig012, zig016, zigProject, type ZigCompiler } from '../setup/zig.ts';
import { askZig, publishZig, zigManifest, zigTarball } from '../setup/zig-packages.ts';

const missing = await whyNoZig();

/** As the seed has it; the address and the token are put in. */
const PUBLISH = `curl -sS -X POST http://localhost:3000/zig/publish \\
  -H "Authorization: Bearer your-token" \\
  -F "tarball=@my-zig-lib-1.0.0.tar.gz" \\
  -F "manifest=$(cat build.zig.zon)" \\
  -F "description=My awesome Zig library"`;

type Answer = Record<'hash' | 'legacyHash' | 'tarballUrl' | 'fetchCommand' | 'dependency' | 'name', string>;

let server: RunningKontor;
let token: string;
beforeAll(async () => {
  server = await startKontor();
  token = await register(server, 'anna');
});

/** Types a line of the seed into a shell, in a folder with the files. */
async function typed(line: string, files: Record<string, string | Buffer>): Promise<Answer> {
  const cwd = temporaryFolder('publish');
  for (const [file, content] of Object.entries(files)) writeFileSync(join(cwd, file), content);
  const command = line.replace('http://localhost:3000', server.url).replace('your-token', token);
  const { code, stdout, stderr } = await run('bash', ['-c', command], { cwd });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer;
}

async function published(name: string, tarball: Buffer): Promise<Answer> {
  const { status, body } = await publishZig(server, token, { name }, { tarball });
  if (status !== 201) throw new Error(`${name}: ${status} ${JSON.stringify(body)}`);
  return body as Answer;
}

/** A manifest of a project that uses Kontor's packages. */
function appManifest(dependencies: string): string {
  return `.{
    .name = .app,
    .version = "0.0.0",
    .fingerprint = ${fingerprintOf('app')},
    .paths = .{""},
    .dependencies = .{
${dependencies}
    },
}
`;
}

test('[P-42] the line of the seed publishes, with a manifest of several lines and many quotes', async () => {
  const manifest = zigManifest({ more: '.description = "a \\"quoted\\" text, and $HOME",' });
  const answer = await typed(PUBLISH, {
    'my-zig-lib-1.0.0.tar.gz': await zigTarball({ manifest }),
    'build.zig.zon': manifest,
  });
  expect(answer).toMatchObject({
    success: true,
    name: 'my-zig-lib',
    hash: expect.stringMatching(/^my_zig_lib/),
  });
  expect((await askZig(server, '/search?q=awesome')).body).toEqual({
    results: [{ name: 'my-zig-lib', version: '1.0.0', description: 'My awesome Zig library' }],
  });
});

test('[P-43] curl cuts the manifest at a semicolon, and the package is whole', async () => {
  const wish = { name: 'semi_colon', more: '// first; second' };
  const tarball = await zigTarball(wish);
  const answer = await typed(PUBLISH.replaceAll('my-zig-lib', 'semi-colon'), {
    'semi-colon-1.0.0.tar.gz': tarball,
    'build.zig.zon': zigManifest(wish),
  });
  const { hash, legacyHash } = await readZigPackage({
    size: tarball.length,
    open: () => Readable.from([tarball]),
  });
  expect(answer).toMatchObject({ success: true, name: 'semi-colon', hash, legacyHash });
});

describe.skipIf(missing !== undefined)('The compiler', () => {
  let modern: ZigCompiler;
  let legacy: ZigCompiler;
  beforeAll(async () => {
    [modern, legacy] = await Promise.all([zig016(), zig012()]);
  });

  test('[P-22] [P-47] saves our URL with the hash that we computed', async () => {
    const { hash, tarballUrl, fetchCommand } = await published('saved', await zigTarball({ name: 'saved' }));
    const project = zigProject();
    const manifest = join(project.cwd, 'build.zig.zon');
    writeFileSync(manifest, appManifest(''));
    const [command, ...args] = fetchCommand.split(' ');
    expect(command).toBe('zig');
    expect(await modern.run(args, project)).toMatchObject({ code: 0 });
    const saved = await readFile(manifest, 'utf8');
    expect(saved).toContain(`.url = "${tarballUrl}"`);
    expect(saved).toContain(`.hash = "${hash}"`);
  });

  test('[P-45] of 0.12 prints the legacy hash, and finds the package under it', async () => {
    const old = oldZonManifest('old', '1.0.0');
    const tarball = await tarGz([
      { name: 'old/build.zig.zon', content: old },
      { name: 'old/src.zig', content: 'pub const x = 1;\n' },
    ]);
    const { hash, legacyHash, tarballUrl } = await published('old', tarball);
    expect(await fetchedHash(legacy, tarballUrl)).toBe(legacyHash);
    expect(hash).toBe(legacyHash);
    expect((await askZig(server, `/hash/${legacyHash}`)).body).toMatchObject({ name: 'old', tarballUrl });
  });

  test('fetches a package without a manifest by the command that we print', async () => {
    const tarball = await zigTarball({ name: 'naked', manifest: null });
    const { hash, fetchCommand, legacyHash, tarballUrl } = await published('naked', tarball);
    const project = zigProject();
    writeFileSync(join(project.cwd, 'build.zig.zon'), appManifest(''));
    expect(await modern.run(fetchCommand.split(' ').slice(1), project)).toMatchObject({ code: 0 });
    expect(await readFile(join(project.cwd, 'build.zig.zon'), 'utf8')).toContain(`.hash = "${hash}"`);
    expect(await fetchedHash(legacy, tarballUrl)).toBe(legacyHash);
  });

  test('[P-44] [P-46] builds with the pasted snippet, what the dependency needs included', async () => {
    const below = await published('below', await zigLibrary('below', '1.0.0', 41));
    const needs = `    .dependencies = .{ ${below.dependency} },\n`;
    const above = await published('above_it', await aboveLibrary(needs));
    const project = zigProject();
    writeFileSync(join(project.cwd, 'build.zig.zon'), appManifest(above.dependency));
    writeFileSync(join(project.cwd, 'build.zig'), APP_BUILD);
    mkdirSync(join(project.cwd, 'src'));
    writeFileSync(join(project.cwd, 'src/main.zig'), APP_MAIN);
    const built = await modern.run(['build', 'check'], project);
    expect(built.stderr).toBe('');
    expect(built.code).toBe(0);
  });

  test('fetches a private package with a name and a token in the URL, as they are and encoded', async () => {
    const { hash, tarballUrl } = await published('secret', await zigTarball({ name: 'secret' }));
    const path = '/registries/zig/packages/secret/visibility';
    expect((await api(server, 'PUT', path, { token, body: { visibility: 'private' } })).status).toBe(204);
    await expect(fetchedHash(modern, tarballUrl)).rejects.toThrow('404');
    const as = (secret: string) => tarballUrl.replace('http://', `http://anna:${secret}@`);
    expect(await fetchedHash(modern, as(token))).toBe(hash);
    expect(await fetchedHash(modern, as(token.replace('_', '%5F')))).toBe(hash);
    const password = encodeURIComponent('a long pass phrase of anna');
    expect(await fetchedHash(modern, as(password))).toBe(hash);
    await expect(fetchedHash(modern, as(`${token}x`))).rejects.toThrow('401');
  });
});

/** A library whose module uses that of `below`. */
function aboveLibrary(dependencies: string): Promise<Buffer> {
  return tarGz([
    {
      name: 'above_it/build.zig.zon',
      content: zigManifest({ name: 'above_it', more: dependencies }),
    },
    {
      name: 'above_it/build.zig',
      content: `const std = @import("std");
pub fn build(b: *std.Build) void {
    const module = b.addModule("above_it", .{ .root_source_file = b.path("src/root.zig") });
    module.addImport("below", b.dependency("below", .{}).module("below"));
}
`,
    },
    {
      name: 'above_it/src/root.zig',
      content: 'const below = @import("below");\npub fn value() u32 {\n    return below.value() + 1;\n}\n',
    },
  ]);
}

/** Compiles a test without linking or running it: that takes half the time. */
const APP_BUILD = `const std = @import("std");
pub fn build(b: *std.Build) void {
    const module = b.createModule(.{
        .root_source_file = b.path("src/main.zig"),
        .target = b.graph.host,
    });
    module.addImport("above_it", b.dependency("above_it", .{}).module("above_it"));
    const object = b.addObject(.{ .name = "app", .root_module = module });
    b.step("check", "compile").dependOn(&object.step);
}
`;

const APP_MAIN = `const above = @import("above_it");
comptime {
    if (above.value() != 42) @compileError("another value");
}
`;
