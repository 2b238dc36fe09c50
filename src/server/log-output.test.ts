import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../test/setup/resources.ts';
import { LogOutput, type LogOutputOptions } from './log-output.ts';

const LINE = `${'x'.repeat(99)}\n`;

function open(path: string, flags: string | number): number {
  const fd = openSync(path, flags);
  onTestFinished(() => {
    try {
      closeSync(fd);
    } catch {
      // The test closed it.
    }
  });
  return fd;
}

/** Both ends of a pipe that never blocks, as the standard output of a server is. */
function pipe(): { reader: number; fd: number } {
  const path = join(temporaryFolder('pipe'), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, fd: open(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

function outputTo(fd: number, options: Partial<LogOutputOptions> = {}) {
  const said: string[] = [];
  const output: LogOutput = new LogOutput({
    fd,
    onLost: (lines) => output.write(`${lines} lost\n`),
    onTrouble: (message) => void said.push(message),
    ...options,
  });
  return { output, said, flushed: () => new Promise<void>((resolve) => output.flush(resolve)) };
}

function readAll(fd: number): string {
  const [chunk, read] = [Buffer.alloc(65_536), [] as Buffer[]];
  try {
    for (let size = readSync(fd, chunk); size > 0; size = readSync(fd, chunk))
      read.push(Buffer.from(chunk.subarray(0, size)));
  } catch {
    // Nothing more now.
  }
  return Buffer.concat(read).toString('utf8');
}

test('lines come out in order, however many, and the rest at the end', async () => {
  const file = join(temporaryFolder('log'), 'log');
  const { output, flushed } = outputTo(open(file, 'w'));
  const lines = Array.from({ length: 5000 }, (_, number) => `{"number":${number},"note":"Grüße"}\n`);
  for (const line of lines.slice(0, 4000)) output.write(line);
  await flushed();
  expect(readFileSync(file, 'utf8')).toBe(lines.slice(0, 4000).join(''));
  for (const line of lines.slice(4000)) output.write(line);
  output.end();
  expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
});

test('a line comes out by itself', async () => {
  const { reader, fd } = pipe();
  const { output } = outputTo(fd);
  output.write('one\n');
  await expect.poll(() => readAll(reader)).toBe('one\n');
});

test('a reader that goes away is told of once, and nobody waits for it', async () => {
  const { reader, fd } = pipe();
  const { output, said, flushed } = outputTo(fd);
  closeSync(reader);
  for (let round = 0; round < 3; round++) {
    output.write(LINE);
    await flushed();
  }
  output.end();
  expect(said).toEqual([expect.stringContaining('goes on without a log')]);
});

test('a reader that does not read costs lines, no memory; how many is said when it reads on', async () => {
  const { reader, fd } = pipe();
  const { output, said, flushed } = outputTo(fd, { mostWaiting: 100_000 });
  for (let number = 0; number < 5000; number++) output.write(LINE);
  await flushed();
  output.write(LINE);
  let read = '';
  const counts = () => {
    read += readAll(reader);
    const lost = [...read.matchAll(/(\d+) lost/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    return { lost, all: lost + read.split(LINE).length - 1 };
  };
  await expect.poll(() => counts().all, { timeout: 20_000 }).toBe(5001);
  expect(counts().lost).toBeGreaterThan(2000);
  expect(said).toEqual([]);
});

test('a full disk is told of once, and the process ends all the same', async () => {
  const { output, said, flushed } = outputTo(open('/dev/full', 'w'));
  output.write(LINE);
  await flushed();
  output.write(LINE);
  output.end();
  expect(said).toEqual([expect.stringMatching(/^the log cannot be written.*ENOSPC/)]);
});
