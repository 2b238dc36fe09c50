import { randomBytes } from 'node:crypto';
import { makeTarball, publishBody } from '../../test/setup/publish.ts';

/** A version as its author's package.json has it. */
export type Manifest = { name: string; version: string } & Record<string, unknown>;

const runtime = [
  'parse-tree',
  'glob-walk',
  'source-lines',
  'json-steps',
  'signal-bus',
  'path-rank',
  'color-term',
];
const development = ['type-suite', 'lint-rules', 'test-bench', 'bundle-kit', 'doc-press'];

/**
 * What a library of middling size says of itself. Dependencies move on slowly from version to version, as they do in
 * real documents, which is what makes those compress.
 */
export function libraryManifest(name: string, version: string, ordinal = 0): Manifest {
  const ranges = (names: string[], pace: number) =>
    Object.fromEntries(
      names.map((dependency, place) => [
        dependency,
        `^${1 + place}.${Math.floor((ordinal + place * 7) / pace)}.${place % 3}`,
      ]),
    );
  return {
    name,
    version,
    description: 'A library of middling size with a command, some dependencies and a few words about it',
    license: 'MIT',
    keywords: ['library', 'bench', 'packages', 'measure'],
    author: { name: 'Ada Example', email: 'ada@example.com' },
    repository: { type: 'git', url: 'git+https://example.com/library.git' },
    bugs: { url: 'https://example.com/library/issues' },
    homepage: 'https://example.com/library',
    main: 'index.js',
    types: 'index.d.ts',
    bin: { library: 'cli.js' },
    engines: { node: '>=18' },
    funding: { url: 'https://example.com/fund' },
    scripts: { build: 'bundle-kit --minify', test: 'test-bench --all', lint: 'lint-rules .' },
    dependencies: ranges(runtime, 20),
    devDependencies: ranges(development, 9),
    peerDependencies: { 'host-frame': '>=16' },
  };
}

/** The bytes of a PUT that publishes this version, with a file of `padding` random bytes beside its package.json. */
export async function publishRequest(manifest: Manifest, padding = 200): Promise<Buffer> {
  const tarball = await makeTarball({
    'package/package.json': JSON.stringify(manifest),
    'package/index.js': randomBytes(padding),
  });
  return archiveRequest(manifest, tarball);
}

/** The bytes of a PUT that publishes this archive. */
export function archiveRequest(manifest: Manifest, tarball: Buffer): Buffer {
  const { name, version } = manifest;
  const body = publishBody(name, version, tarball);
  const dist = body.versions[version]?.['dist'];
  body.versions[version] = { ...manifest, _id: `${name}@${version}`, readme: '# Library\n', dist };
  return Buffer.from(JSON.stringify(body));
}
