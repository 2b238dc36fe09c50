import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Interrupted } from '../interrupted.ts';
import type { Io } from '../io.ts';
import { questions } from './ask.ts';

/** What begins a command to the terminal. */
const ESCAPE = '\u001B';

function setUp(terminal: boolean) {
  const stdin = new PassThrough();
  let err = '';
  const io: Io = {
    out: () => undefined,
    err: (text) => void (err += text),
    terminal: { in: terminal, out: terminal, err: terminal },
    stdin,
    env: {},
    cwd: '/',
  };
  return { stdin, ...questions(io), err: () => err };
}

test('piped lines are answers in their order, and questions are written all the same', async () => {
  const { stdin, ask, err, close } = setUp(false);
  stdin.end('ada\r\npass word \n');
  expect(await ask('Username: ')).toBe('ada');
  expect(await ask('Password: ', { hidden: true })).toBe('pass word ');
  expect(await ask('Code: ')).toBeUndefined();
  expect(err()).toBe('Username: \nPassword: \nCode: \n');
  close();
});

test('on a terminal what is typed is shown, unless it is hidden', async () => {
  const { stdin, ask, err, close } = setUp(true);
  const name = ask('Username: ');
  stdin.write('adx');
  stdin.write('\u007F');
  stdin.write('a\r');
  expect(await name).toBe('ada');
  expect(err()).toContain('adx');
  const before = err().length;
  const password = ask('Password: ', { hidden: true });
  stdin.write('secret\r');
  expect(await password).toBe('secret');
  const after = err().slice(before);
  const shown = after.split(ESCAPE).map((part) => part.replace(/^\[\d*[A-Z]/, ''));
  expect(shown.join('')).toBe('Password: \n');
  close();
});

test('Ctrl-C at a question is an interruption', async () => {
  const { stdin, ask } = setUp(true);
  const asked = ask('Password: ', { hidden: true });
  stdin.write('\u0003');
  await expect(asked).rejects.toBeInstanceOf(Interrupted);
});
