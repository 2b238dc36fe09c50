import { beforeAll, describe, expect, test } from 'vitest';
import { openSqlStore } from '../../src/storage/sql/index.ts';
import { theServer } from '../../src/ledger/index.ts';
import { freePort } from '../setup/ports.ts';
import { packageTarball, publish, publishBody, register } from '../setup/publish.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';
import { makeCertificate, startMailServer, type RunningMailServer } from '../setup/smtp.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

/** Says in the database that the users' addresses are theirs, as an opened mail would. */
async function trustAddresses(server: RunningKontor, ...names: string[]): Promise<void> {
  const { store } = await openSqlStore(
    { kind: 'sqlite', path: `${server.data}/kontor.db` },
    { create: false },
  );
  for (const name of names) {
    const user = await store.accounts.userByName(name);
    const hash = `hash-${name}`.padEnd(64, '0');
    const at = Date.now();
    await store.links.create({
      hash,
      purpose: 'verification',
      userId: user?.id ?? 0,
      email: user?.email ?? null,
      at,
      expiresAt: at + 60_000,
      most: 5,
      by: theServer,
    });
    await store.links.verifyEmail({ hash, userId: user?.id ?? 0, at, by: theServer });
  }
  await store.close();
}

const smtp = (mail: { port: number }, more: Record<string, string> = {}) => ({
  SMTP_HOST: 'localhost',
  SMTP_PORT: String(mail.port),
  KONTOR_SMTP_FROM: 'kontor@example.com',
  ...more,
});

const subjects = (mail: RunningMailServer, to: string) =>
  mail.mails.filter((one) => one.to.includes(to)).map(({ headers }) => headers.get('subject'));

/** Registers with a mail address; resolves to a token. */
async function registerWithMail(server: RunningKontor, name: string): Promise<string> {
  const response = await fetch(`${server.url}/npm/-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: `${name} has a password`, email: `${name}@example.com` }),
  });
  return ((await response.json()) as { token: string }).token;
}

async function own(server: RunningKontor, token: string, name: string, owners: string[]): Promise<number> {
  const authorization = `Bearer ${token}`;
  const read = await fetch(`${server.url}/npm/${name}?write=true`, { headers: { authorization } });
  const { _id, _rev } = (await read.json()) as Record<'_id' | '_rev', string>;
  const response = await fetch(`${server.url}/npm/${name}/-rev/${_rev}`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({
      _id,
      _rev,
      maintainers: owners.map((owner) => ({ name: owner, email: `${owner}@example.com` })),
    }),
  });
  await response.body?.cancel();
  return response.status;
}

describe('[A-18] with a mail server that demands STARTTLS and a log-in', () => {
  let mail: RunningMailServer;
  let server: RunningKontor;
  let ann: string;
  beforeAll(async () => {
    const certificate = makeCertificate();
    mail = await startMailServer({ certificate, login: { user: 'kontor', password: 'hunter2hunter2' } });
    server = await startKontor({
      env: smtp(mail, {
        SMTP_USER: 'kontor',
        SMTP_PASSWORD: 'hunter2hunter2',
        KONTOR_SMTP_SECURITY: 'starttls',
        NODE_EXTRA_CA_CERTS: certificate.file,
        KONTOR_PUBLIC_URL: 'https://packages.example.com',
      }),
    });
    ann = await registerWithMail(server, 'ann');
    await registerWithMail(server, 'bob');
    await trustAddresses(server, 'ann', 'bob');
  });

  test('who registers is asked whether the address is theirs', async () => {
    await expect
      .poll(() => subjects(mail, 'ann@example.com'), PATIENCE)
      .toContain('Is this your mail address?');
    const letter = mail.mails.find(({ to }) => to.includes('ann@example.com'));
    expect(letter?.secure).toBe(true);
    expect(letter?.user).toBe('kontor');
    expect(letter?.headers.get('from')).toBe('"Kontor at packages.example.com" <kontor@example.com>');
    expect(letter?.headers.get('auto-submitted')).toBe('auto-generated');
    const url = /^https:\/\/packages\.example\.com\/-\/account\/verify\/[\w-]{43}$/m.exec(
      letter?.text ?? '',
    )?.[0];
    expect(url).toBeDefined();
    expect(letter?.html).toContain(`href="${url}"`);
    expect(server.logs()).not.toContain(url?.slice(-43));
  });

  test('the other owners hear of a publish, once, and who published does not', async () => {
    await publish(server, ann, '@acme/demo', '1.0.0');
    expect(await own(server, ann, '@acme%2fdemo', ['ann', 'bob'])).toBeLessThan(300);
    await publish(server, ann, '@acme/demo', '1.1.0');
    await expect
      .poll(() => subjects(mail, 'bob@example.com'), PATIENCE)
      .toContain('@acme/demo 1.1.0 was published');
    const letter = mail.mails.find(({ headers }) => headers.get('subject')?.includes('1.1.0'));
    expect(letter?.text).toContain('ann published @acme/demo 1.1.0, a package of yours.');
    expect(letter?.text).toMatch(/Registry: npm\n {2}By: ann\n {2}From: 127\.0\.0\.1\n {2}When: \d{4}-/);
    await publish(server, ann, '@acme/demo', '1.2.0');
    await expect.poll(() => subjects(mail, 'bob@example.com').at(-1), PATIENCE).toContain('1.2.0');
    expect(subjects(mail, 'bob@example.com').filter((one) => one?.includes('1.1.0'))).toHaveLength(1);
    expect(subjects(mail, 'ann@example.com').filter((one) => one?.includes('@acme/demo'))).toEqual([]);
  });

  test('the other owners are asked for their approval of a staged version', async () => {
    const tarball = await packageTarball('@acme/demo', '2.0.0');
    const response = await fetch(`${server.url}/npm/-/stage/package/@acme%2fdemo`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ann}`, 'content-type': 'application/json' },
      body: JSON.stringify(publishBody('@acme/demo', '2.0.0', tarball)),
    });
    expect(response.status).toBeLessThan(300);
    await expect
      .poll(() => subjects(mail, 'bob@example.com'), PATIENCE)
      .toContain('@acme/demo 2.0.0 waits for your approval');
  });

  test('whoever gets a token from the operator hears of it', async () => {
    const made = await kontor(['token', 'create', '--user', 'bob', '--name', 'nightly'], {
      env: { KONTOR_DATA: server.data },
    });
    expect(made.code).toBe(0);
    await expect
      .poll(() => mail.mails.findLast(({ to }) => to.includes('bob@example.com'))?.text, PATIENCE)
      .toMatch(/Token: nightly\n {2}It may: read, publish.*\n {2}By: the command line\n/);
  });

  test('whoever gets a new token hears of it', async () => {
    const response = await fetch(`${server.url}/npm/-/npm/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ann}`, 'content-type': 'application/json' },
      body: JSON.stringify({ password: 'ann has a password', readonly: true, cidr_whitelist: [] }),
    });
    expect(response.status).toBeLessThan(300);
    const { token } = (await response.json()) as { token: string };
    await expect
      .poll(() => subjects(mail, 'ann@example.com'), PATIENCE)
      .toContain('A new token for your account');
    expect(mail.mails.some(({ raw }) => raw.includes(token))).toBe(false);
  });
});

test('a mail server that is away holds up nothing, and gets its mail when it is back', async () => {
  const port = await freePort();
  const server = await startKontor({ env: smtp({ port }) });
  const ann = await registerWithMail(server, 'ann');
  await registerWithMail(server, 'bob');
  await trustAddresses(server, 'ann', 'bob');
  await publish(server, ann, 'demo', '1.0.0');
  expect(await own(server, ann, 'demo', ['ann', 'bob'])).toBeLessThan(300);
  await publish(server, ann, 'demo', '1.1.0');
  await expect.poll(() => server.logs(), PATIENCE).toContain('has to wait: The mail server localhost');
  expect(server.logs()).not.toContain('"level":50');
  const mail = await startMailServer({ port });
  await expect
    .poll(() => subjects(mail, 'bob@example.com'), { timeout: 60_000 })
    .toContain('demo 1.1.0 was published');
  expect(await server.stop()).toBe(0);
});

test('without a mail server nothing is sent and nothing fails', async () => {
  const server = await startKontor();
  const ann = await register(server, 'ann');
  await publish(server, ann, 'demo', '1.0.0');
  expect(server.logs()).not.toMatch(/mail|"level":[45]0/);
  const { code, stderr } = await kontor(['admin', 'send-test-mail', 'ann@example.com']);
  expect(code).toBe(1);
  expect(stderr).toContain('Mail is off: set KONTOR_SMTP_HOST');
});

function send(address: string, mail: { port: number }, more: Record<string, string> = {}) {
  return kontor(['admin', 'send-test-mail', address], { env: smtp(mail, more) });
}

describe('kontor admin send-test-mail', () => {
  test('sends a mail and says so', async () => {
    const mail = await startMailServer();
    const { code, stdout } = await send('ann@example.com', mail);
    expect(stdout).toBe(`sent to ann@example.com, from kontor@example.com, through localhost:${mail.port}\n`);
    expect(code).toBe(0);
    expect(mail.mails.map(({ to, headers }) => [to, headers.get('subject')])).toEqual([
      [['ann@example.com'], 'Mail works'],
    ]);
  });

  test('says why it cannot', async () => {
    const certificate = makeCertificate();
    const strict = await startMailServer({
      certificate,
      login: { user: 'kontor', password: 'right' },
      refuse: (address) => (address.startsWith('gone') ? { code: 550, says: 'no such mailbox' } : undefined),
    });
    const trusted = { NODE_EXTRA_CA_CERTS: certificate.file };
    const plain = await startMailServer();
    const refusals: [Promise<{ code: number | null; stderr: string }>, RegExp][] = [
      [
        send('ann@example.com', { port: await freePort() }),
        /localhost:\d+ cannot be reached|does not listen/,
      ],
      [
        send('ann@example.com', strict, { ...trusted, SMTP_USER: 'kontor', SMTP_PASSWORD: 'wrong' }),
        /refuses the user or the password/,
      ],
      [
        send('gone@example.com', strict, { ...trusted, SMTP_USER: 'kontor', SMTP_PASSWORD: 'right' }),
        /no such mailbox/,
      ],
      [send('ann@example.com', strict, { KONTOR_SMTP_SECURITY: 'starttls' }), /TLS|prove who it is/],
      [send('ann@example.com', plain, { KONTOR_SMTP_SECURITY: 'starttls' }), /TLS/],
      [send('ann@example.com, eve@example.com', plain), /is no mail address/],
      [send('ann@example.com\r\nRCPT TO:<eve@example.com>', plain), /is no mail address/],
    ];
    for (const [refused, reason] of refusals) {
      const { code, stderr } = await refused;
      expect(stderr).toMatch(reason);
      expect(code).toBe(1);
    }
    expect([...strict.mails, ...plain.mails]).toEqual([]);
  });
});
