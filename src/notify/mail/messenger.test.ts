import { afterEach, describe, expect, test } from 'vitest';
import type { Message } from '../../accounts/index.ts';
import { MailMessenger } from './messenger.ts';
import { LetterRefused, type Post } from './post.ts';

const at = 1_700_000_000_000;
const message = (user: string, expiresAt = at + 3_600_000): Message => ({
  kind: 'reset',
  to: `${user}@example.com`,
  user,
  secret: 'S'.repeat(43),
  expiresAt,
});

let opened: MailMessenger | undefined;
afterEach(() => opened?.close());

/** A messenger on a post that does what `answers` says, one after another, and then works. */
function messengerOn(answers: (Error | 'ok')[], waits: number[] = [1, 1]) {
  const tried: string[] = [];
  const sent: string[] = [];
  const warnings: string[] = [];
  const post: Post = {
    send: async (letter, id) => {
      tried.push(id);
      await new Promise((resolve) => setImmediate(resolve));
      const answer = answers.shift() ?? 'ok';
      if (answer !== 'ok') throw answer;
      sent.push(letter.to.name);
    },
    close: () => undefined,
  };
  opened = new MailMessenger({
    post,
    base: () => 'https://packages.example.com',
    clock: () => at,
    warn: (warning) => warnings.push(warning),
    waits,
  });
  return { messenger: opened, tried, sent, warnings };
}

const down = () => new Error('down');

describe('a message', () => {
  test('goes out again under the same id when the mail server is back', async () => {
    const { messenger, sent, tried, warnings } = messengerOn([down(), down()]);
    messenger.send(message('ann'));
    await expect.poll(() => sent).toEqual(['ann']);
    expect(tried).toHaveLength(3);
    expect(new Set(tried).size).toBe(1);
    expect(warnings).toEqual([]);
  });

  test('is given up after the last try, and the log does not hold its secret', async () => {
    const { messenger, sent, warnings } = messengerOn([down(), down(), down()]);
    messenger.send(message('ann'));
    await expect.poll(() => warnings).toEqual(['a mail (reset) is not sent: down']);
    expect(sent).toEqual([]);
  });

  test('that the mail server refuses for good is not tried again', async () => {
    const { messenger, tried, warnings } = messengerOn([new LetterRefused('no such user', true)]);
    messenger.send(message('ann'));
    await expect.poll(() => warnings).toHaveLength(1);
    expect(tried).toHaveLength(1);
  });

  test('that waits for its next try holds up no other', async () => {
    const greylisted = new LetterRefused('later', false);
    const { messenger, sent } = messengerOn([greylisted, greylisted, 'ok', 'ok'], [60_000]);
    for (const user of ['ann', 'bob', 'cleo', 'dora']) messenger.send(message(user));
    await expect.poll(() => sent).toEqual(['cleo', 'dora']);
  });

  test('whose link has expired is not sent', async () => {
    const { messenger, sent } = messengerOn([]);
    messenger.send(message('ann', at));
    messenger.send(message('bob'));
    await expect.poll(() => sent).toEqual(['bob']);
  });
});

test('a flood is cut, with one line in the log, and the end waits for nothing', async () => {
  const { messenger, warnings, tried } = messengerOn([]);
  for (let count = 0; count < 5_000; count += 1) messenger.send(message(`user${count}`));
  expect(warnings).toHaveLength(1);
  await messenger.close();
  expect(tried.length).toBeLessThan(10);
  messenger.send(message('late'));
  expect(tried.length).toBeLessThan(10);
});
