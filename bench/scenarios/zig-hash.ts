import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readZigRelease } from '../../src/formats/zig/index.ts';
import { tarGz, zonManifest, type TarItem } from '../../test/formats/zig-archive.ts';
import { plainSeries, ratio } from '../measure/stats.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { onAllCores } from '../setup/processes.ts';

const FEWEST = 7;
const MEGABYTE = 2 ** 20;

/** As a large package of sources, as one of many small files, and one that holds little but data. */
const shapes = [
  { title: '5,000 files of 12 KB', files: 5000, bytes: 12_000 },
  { title: '20,000 files of 2 KB', files: 20_000, bytes: 2000 },
  { title: '4 files of 20 MB', files: 4, bytes: 20_000_000 },
];

export const zigHash: Scenario = {
  name: 'zig-hash',
  needs: [],
  run: (world): Promise<Outcome[]> =>
    onAllCores(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'kontor-zig-hash-'));
      try {
        const outcomes: Outcome[] = [];
        for (const { title, files, bytes } of shapes) {
          const file = join(folder, `${files}.tar.gz`);
          await writeFile(file, await archive(files, bytes));
          outcomes.push(await measure(title, file, Math.max(FEWEST, world.options.rounds)));
        }
        return outcomes;
      } finally {
        await rm(folder, { recursive: true });
      }
    }),
};

async function measure(title: string, file: string, times: number): Promise<Outcome> {
  const { size } = await stat(file);
  const [ours, theirs]: number[][] = [[], []];
  // The first turn warms the disk's cache, and starts the thread.
  for (let time = 0; time <= times; time += 1) {
    const hashing = await milliseconds(() => readZigRelease({ size, open: () => createReadStream(file) }));
    const piping = await milliseconds(() =>
      promisify(execFile)('sh', ['-c', 'gunzip -c "$1" | sha256sum', 'sh', file]),
    );
    if (time === 0) continue;
    ours?.push(hashing);
    theirs?.push(piping);
  }
  const series = [plainSeries('Kontor', ours ?? []), plainSeries('gunzip into sha256sum', theirs ?? [])];
  const [kontor, pipe] = series;
  return {
    title: `Content hash of a Zig package: ${title}`,
    unit: 'ms',
    series,
    ratios: kontor && pipe ? [ratio(kontor, pipe, { at: 'most', bound: 1.25 })] : [],
    notes: [
      `The archive has ${(size / MEGABYTE).toFixed(1)} MB. Kontor reads it with all checks of a publish, in its thread.`,
    ],
  };
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const WORDS =
  'const pub fn var try return if else switch std mem alloc usize u8 self struct == = ( ) { } ; , . 0 1'.split(
    ' ',
  );

/** Text that looks like sources to a compressor; the same in every run. */
function archive(files: number, bytes: number): Promise<Buffer> {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const line = () =>
    Array.from({ length: 8 }, () =>
      random(3) === 0 ? `name${random(5000)}` : (WORDS[random(WORDS.length)] ?? ''),
    ).join(' ');
  const block = Array.from({ length: 40_000 }, line).join('\n');
  const items = Array.from({ length: files }, (_, index): TarItem => {
    const start = random(block.length);
    const text = block.slice(start, start + bytes);
    const content = text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes);
    return { name: `demo/src/module${index % 100}/file${index}.zig`, content };
  });
  return tarGz([{ name: 'demo/build.zig.zon', content: zonManifest('demo', '1.0.0') }, ...items]);
}
