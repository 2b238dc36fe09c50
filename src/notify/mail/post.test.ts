import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../../test/setup/ports.ts';
import { startMailServer } from '../../../test/setup/smtp.ts';
import type { Letter } from './letter.ts';
import { openPost, type MailServer, type Post } from './post.ts';

const opened: Post[] = [];
afterEach(() => {
  for (const post of opened.splice(0)) post.close();
});

function postTo({ port }: { port: number }, more: Partial<MailServer> = {}): Post {
  const mail: MailServer = {
    host: '127.0.0.1',
    port,
    security: 'none',
    user: undefined,
    password: undefined,
    from: 'kontor@example.com',
    ...more,
  };
  const post = openPost(mail, 'packages.example.com', { connect: 300, answer: 300 });
  opened.push(post);
  return post;
}

const letterTo = (address: string, more: Partial<Letter> = {}): Letter => ({
  to: { name: 'ann', address },
  subject: 'Größe & <Schönheit>',
  blocks: ['Good day.'],
  ...more,
});

test('a letter arrives in two forms, with its id, from one address to one address', async () => {
  const mail = await startMailServer();
  await postTo(mail).send(letterTo('ann@example.com'), 'notice-7.store');
  expect(mail.mails).toMatchObject([
    {
      from: 'kontor@example.com',
      to: ['ann@example.com'],
      text: expect.stringMatching(/^Hello ann,\n\nGood day\.\n/) as string,
      html: expect.stringContaining('<title>Größe &amp; &lt;Schönheit&gt;</title>') as string,
    },
  ]);
  const headers = mail.mails[0]?.headers;
  expect(headers?.get('subject')).toBe('Größe & <Schönheit>');
  expect(headers?.get('message-id')).toBe('<notice-7.store@example.com>');
});

test.each([
  'ann@example.com, eve@example.com',
  'ann@example.com\r\nBcc: eve@example.com',
  'Ann <ann@example.com>',
  '<ann@example.com>',
  'ann@example.com>\r\nRCPT TO:<eve@example.com',
  'ann',
  '',
  `${'a'.repeat(250)}@example.com`,
])('nothing is sent to «%s»', async (address) => {
  const mail = await startMailServer();
  await expect(postTo(mail).send(letterTo(address), 'id')).rejects.toMatchObject({ forGood: true });
  expect(mail.connections()).toBe(0);
});

test('no words of others make a header or a receiver', async () => {
  const mail = await startMailServer();
  const evil =
    'demo\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>\r\n.\r\nRCPT TO:<eve@example.com>';
  const letter = letterTo('ann@example.com', {
    to: { name: evil, address: 'ann@example.com' },
    subject: `${evil} was published`,
    blocks: [evil, { facts: [['Token', evil]] }, { label: evil, url: 'https://packages.example.com/' }],
  });
  await postTo(mail).send(letter, 'id');
  const [received] = mail.mails;
  expect(received?.to).toEqual(['ann@example.com']);
  expect([...(received?.headers.keys() ?? [])].toSorted()).toEqual([
    'auto-submitted',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'subject',
    'to',
  ]);
  expect(received?.html).not.toContain('<script');
  expect(mail.mails).toHaveLength(1);
});

test('refusals are told apart: for good, for now, and nobody there', async () => {
  const refusals: Record<string, { code: number; says: string }> = {
    'gone@example.com': { code: 550, says: 'no such mailbox' },
    'full@example.com': { code: 452, says: 'mailbox full' },
    'shut@example.com': { code: 421, says: 'closing' },
  };
  const mail = await startMailServer({ refuse: (address) => refusals[address] });
  const send = (address: string, to = mail) => postTo(to).send(letterTo(address), 'id');
  await expect(send('gone@example.com')).rejects.toMatchObject({ forGood: true });
  await expect(send('full@example.com')).rejects.toMatchObject({ forGood: false });
  await expect(send('shut@example.com')).rejects.toMatchObject({ code: 'unavailable' });
  const nobody = { ...mail, port: await freePort() };
  await expect(send('ann@example.com', nobody)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a mail server that says nothing is not waited for', async () => {
  const mail = await startMailServer({ silence: 5_000 });
  await expect(postTo(mail).send(letterTo('ann@example.com'), 'id')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('does not answer in time') as string,
  });
});

test('one post serves on after a failure', async () => {
  const port = await freePort();
  const post = postTo({ port });
  await expect(post.send(letterTo('ann@example.com'), 'id')).rejects.toThrow('127.0.0.1');
  const mail = await startMailServer({ port });
  await post.send(letterTo('ann@example.com'), 'id');
  expect(mail.mails).toHaveLength(1);
});
