import { beforeEach, describe, expect, test } from 'vitest';
import { bytesText, plainProgress, terminalProgress } from './reporter.ts';

let time: number;
let written: string[];
const write = (text: string) => void written.push(text.replace('\r\u001B[K', ''));
const now = () => time;

beforeEach(() => {
  [time, written] = [0, []];
});

describe('[S-19] on a terminal', () => {
  test('bytes and rate are drawn at most ten times a second, and are gone in the end', () => {
    const one = terminalProgress(write, now, () => 80).start('demo 1.0.0', 4 * 2 ** 20);
    for (let step = 0; step < 100; step += 1) {
      time += 10;
      one.advance(2 ** 15);
    }
    expect(written.length).toBeGreaterThan(5);
    expect(written.length).toBeLessThanOrEqual(10);
    expect(written.at(-1)).toMatch(/^2\.\d MB of 4\.0 MB {2}3\.1 MB\/s {2}demo 1\.0\.0$/);
    one.end();
    expect(written.slice(-2)).toEqual([expect.stringMatching(/^3\.1 MB {2}3\.1 MB\/s {2}demo/), '\n']);
  });

  test('what was little leaves nothing behind', () => {
    const one = terminalProgress(write, now, () => 80).start('demo 1.0.0', 100);
    one.advance(100);
    one.end();
    expect(written).toEqual(['100 B of 100 B  demo 1.0.0', '']);
  });

  test('several are counted, and no line is wider than the terminal', () => {
    const progress = terminalProgress(write, now, () => 20);
    const [first, second] = [progress.start('a 1.0.0'), progress.start('b 1.0.0')];
    time += 1000;
    first.advance(1024);
    first.end();
    first.end();
    time += 1000;
    second.advance(1024);
    expect(written).toEqual(['0 of 2  1.0 kB  1.0', '1 of 2  2.0 kB  1.0']);
  });
});

describe('[S-19] what belongs together', () => {
  test('leaves one line on a terminal, whatever pauses there are', () => {
    const progress = terminalProgress(write, now, () => 80);
    const over = progress.together();
    for (let number = 1; number <= 3; number += 1) {
      const one = progress.start(`p${number} 1.0.0`);
      time += 1000;
      one.advance(2 ** 20);
      one.end();
    }
    expect(written.join('')).not.toContain('\n');
    over();
    expect(written.slice(-2)).toEqual(['3 of 3  3.0 MB  1.0 MB/s  p3 1.0.0', '\n']);
    const [before, next] = [written.length, progress.start('later 1.0.0', 2 ** 21)];
    next.advance(2 ** 21);
    next.end();
    expect(written.slice(before)).toEqual(['2.0 MB of 2.0 MB  later 1.0.0', expect.any(String), '\n']);
  });

  test('leaves none if there was nothing', () => {
    terminalProgress(write, now, () => 80).together()();
    expect(written).toEqual([]);
  });
});

test('[S-19] what begins anew is not counted twice', () => {
  for (const progress of [terminalProgress(write, now, () => 80), plainProgress(write, now)]) {
    written = [];
    const one = progress.start('demo 1.0.0', 2048);
    one.advance(1024);
    one.restart();
    time += 20_000;
    one.advance(2048);
    one.end();
    expect(written.join('')).toMatch(/2\.0 kB of 2\.0 kB/);
    expect(written.join('')).not.toContain('3.0 kB');
  }
});

describe('[S-19] in a log', () => {
  test('what is quick is not mentioned', () => {
    const one = plainProgress(write, now).start('demo 1.0.0', 100);
    one.advance(100);
    time = 900;
    one.end();
    expect(written).toEqual([]);
  });

  test('what takes long has a line every ten seconds and one at its end', () => {
    const one = plainProgress(write, now).start('demo 1.0.0', 2048);
    for (time = 1000; time <= 15_000; time += 1000) one.advance(100);
    one.end();
    expect(written).toEqual(['demo 1.0.0: 1000 B of 2.0 kB, 100 B/s\n', expect.stringMatching(/1\.5 kB of/)]);
  });
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 kB'],
  [5.25 * 2 ** 20, '5.3 MB'],
  [3 * 2 ** 30, '3.00 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
