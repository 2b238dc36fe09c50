import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { track } from '../../../test/setup/resources.ts';

/** Says that it works, until it is interrupted. */
const COMMAND = `
import { interruptSignal } from ${JSON.stringify(new URL('interrupt.ts', import.meta.url).href)};
const signal = interruptSignal();
const work = setInterval(() => undefined, 1000);
signal.addEventListener('abort', () => {
  clearInterval(work);
  process.exitCode = signal.reason.exitCode;
});
process.stdout.write('working');
`;

test.each<[NodeJS.Signals, number]>([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('a command that %s ends has the code %i', async (name, code) => {
  const child = track(spawn(process.execPath, ['--input-type=module', '--eval', COMMAND]));
  child.stdout.once('data', () => child.kill(name));
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(code);
});
