import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../src/ledger/index.ts';
import { packageUrl, publish, register } from '../setup/publish.ts';
import { kontor, startKontor, type RunningKontor, type StartOptions } from '../setup/server.ts';

const admin = { KONTOR_ADMIN_USER: 'chef', KONTOR_ADMIN_PASS: 'the pass phrase of chef' };
const basic = `Basic ${Buffer.from('chef:the pass phrase of chef').toString('base64')}`;

const start = (env: StartOptions['env'] = {}) => startKontor({ env: { ...admin, ...env } });

async function audit(
  server: RunningKontor,
  query = '',
): Promise<{ events: AuditEntry[]; next: number | null }> {
  const response = await fetch(`${server.url}/-/api/v1/audit?limit=500&${query}`, {
    headers: { authorization: basic },
  });
  expect(response.status).toBe(200);
  return (await response.json()) as { events: AuditEntry[]; next: number | null };
}

/** Types of the events of a package, oldest first, once they are sealed and as many as expected. */
function typesOf(server: RunningKontor, query: string) {
  return expect.poll(async () => (await audit(server, query)).events.map(({ type }) => type).toReversed(), {
    timeout: 10_000,
  });
}

async function send(
  server: RunningKontor,
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
) {
  const response = await fetch(`${server.url}/npm${path}`, {
    method,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  await response.text();
  return response.status;
}

describe('[A-81] the audit of a server', () => {
  let server: RunningKontor;
  let anna: string;
  beforeAll(async () => {
    server = await start({ KONTOR_REGISTRATION: 'open' });
    anna = await register(server, 'anna');
  });

  test('has one row for each change of a package', async () => {
    await publish(server, anna, 'one', '1.0.0');
    await publish(server, anna, 'one', '1.1.0');
    await send(server, 'PUT', '/-/package/one/dist-tags/old', anna, '1.0.0');
    await send(server, 'DELETE', '/-/package/one/dist-tags/old', anna);
    await send(server, 'POST', '/-/package/one/access', anna, { access: 'restricted' });
    await typesOf(server, 'package=one').toEqual([
      'package.publish',
      'package.publish',
      'package.tag',
      'package.untag',
      'package.visibility',
    ]);
    const { events } = await audit(server, 'package=one&type=package.publish');
    expect(events[0]).toMatchObject({
      result: 'done',
      actor: { name: 'anna', via: expect.stringMatching(/^token:\d+$/) as string, address: '127.0.0.1' },
      registry: 'npm',
      package: 'one',
      version: '1.1.0',
    });
  });

  test('has one row for each change of an account', async () => {
    const bob = await register(server, 'bob');
    await send(server, 'POST', '/-/npm/v1/user', bob, { github: 'bob' });
    await send(server, 'DELETE', `/-/user/token/${bob}`, bob);
    await typesOf(server, 'actor=bob').toEqual(['token.create', 'user.update', 'token.revoke']);
    const { events } = await audit(server, 'type=user.create');
    expect(events.map(({ detail, actor }) => [detail['user'], actor.via])).toEqual([
      ['bob', 'nobody'],
      ['anna', 'nobody'],
      ['chef', 'server'],
    ]);
  });

  test('has refusals, with who and why, and equal ones once with their number', async () => {
    const eve = await register(server, 'eve');
    await publish(server, anna, 'two', '1.0.0');
    expect((await publish(server, eve, 'two', '2.0.0')).status).toBe(403);
    expect((await publish(server, anna, 'two', '1.0.0')).status).toBe(403);
    expect(await send(server, 'PUT', '/-/package/two/dist-tags/next', null, '1.0.0')).toBe(401);
    for (let i = 0; i < 3; i++) await fetch(`${server.url}/-/api/v1/audit`);
    await typesOf(server, 'package=two&result=refused').toEqual([
      'package.publish',
      'package.publish',
      'package.tag',
    ]);
    const { events } = await audit(server, 'package=two&result=refused');
    expect(events).toMatchObject([
      { actor: { name: null, via: 'nobody', address: '127.0.0.1' }, detail: { status: 401 } },
      { actor: { name: 'anna' }, version: '1.0.0', detail: { code: 'version_exists' } },
      { actor: { name: 'eve' }, detail: { code: 'not_owner', status: 403, method: 'PUT', route: '/:name' } },
    ]);
    const api = await audit(server, 'type=request.read&result=refused');
    const counted = api.events.filter(({ detail }) => detail['route'] === '/-/api/v1/audit');
    expect(counted.reduce((sum, { detail }) => sum + Number(detail['count'] ?? 1), 0)).toBe(3);
  });

  test('has failed log-ins with the user whom they were for, and never what was typed', async () => {
    const login = (name: string, password: string) =>
      send(server, 'PUT', `/-/user/org.couchdb.user:${name}`, null, { name, password });
    expect(await login('anna', 'hunter2hunter2')).toBe(401);
    const wrong = Buffer.from('hunter3hunter3:x').toString('base64');
    await fetch(`${server.url}/npm/-/whoami`, { headers: { authorization: `Basic ${wrong}` } });
    await typesOf(server, 'type=user.login').toEqual(['user.login', 'user.login']);
    const { events } = await audit(server, 'type=user.login');
    expect(events.map(({ result, detail }) => [result, detail['user']])).toEqual([
      ['refused', undefined],
      ['refused', 'anna'],
    ]);
    expect(JSON.stringify(events)).not.toContain('hunter');
  });

  test('keeps tokens in a path to itself', async () => {
    const secret = `ktr_${'a'.repeat(36)}`;
    await send(server, 'DELETE', `/-/npm/v1/tokens/token/${secret}`, anna);
    await typesOf(server, 'actor=anna&result=refused&type=request.write').toEqual(['request.write']);
    const { events } = await audit(server);
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(JSON.stringify(events)).not.toContain(anna);
  });

  test('is for administrators only, takes no nonsense, and goes page by page', async () => {
    const ask = (query: string, authorization?: string) =>
      fetch(`${server.url}/-/api/v1/audit${query}`, authorization ? { headers: { authorization } } : {});
    expect((await ask('')).status).toBe(401);
    expect((await ask('', `Bearer ${anna}`)).status).toBe(403);
    expect((await ask('/export', `Bearer ${anna}`)).status).toBe(403);
    for (const query of [
      '?since=yesterday',
      '?limit=0',
      '?limit=501',
      '?result=maybe',
      '?actor=%00',
      '?before=x',
    ]) {
      expect([query, (await ask(query, basic)).status]).toEqual([query, 400]);
    }
    const first = (await (await ask('?limit=2', basic)).json()) as { events: AuditEntry[]; next: number };
    expect(first.next).toBe(first.events[1]?.seq);
    const second = await audit(server, `before=${first.next}`);
    expect(second.events[0]?.seq).toBe(first.next - 1);
    expect(second.events.at(-1)?.seq).toBe(1);
    expect(second.next).toBeNull();
  });

  test('is exported as JSON lines, by the API and by the command line alike', async () => {
    const response = await fetch(`${server.url}/-/api/v1/audit/export?package=one`, {
      headers: { authorization: basic },
    });
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const text = await response.text();
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry);
    expect(lines.map(({ type }) => type).slice(0, 3)).toEqual([
      'package.publish',
      'package.publish',
      'package.tag',
    ]);
    const env = { KONTOR_DATA: server.data };
    const { stdout } = await kontor(['audit', 'export', '--package', 'one'], { env });
    expect(stdout).toBe(text);
  });
});

test('the command line lists and checks the record, and finds what was done to it', async () => {
  const server = await start();
  const anna = await register(server, 'anna');
  await publish(server, anna, 'demo', '1.0.0');
  await publish(server, anna, 'demo', '1.1.0');
  await server.stop();
  const env = { KONTOR_DATA: server.data };

  const listed = await kontor(['audit', 'list', '--type', 'package.publish'], { env });
  expect(listed.stdout).toMatch(
    /^SEQ +TIME .*\n\d+ .*done +package\.publish +anna +token:\d+ +127\.0\.0\.1 +npm\/demo@1\.1\.0\n/,
  );
  const whole = await kontor(['audit', 'verify', '--json'], { env });
  expect(whole.code).toBe(0);
  expect(JSON.parse(whole.stdout)).toMatchObject({ whole: true, unsealed: 0, problems: [] });

  const file = new DatabaseSync(join(server.data, 'kontor.db'));
  file.exec(`update events set actor_name = 'bob' where package = 'demo' and version = '1.0.0'`);
  file.close();
  const edited = await kontor(['audit', 'verify'], { env });
  expect(edited.code).toBe(1);
  expect(edited.stdout).toMatch(/Event \d+ \(package\.publish\) does not match its hash/);
  expect((await kontor(['verify'], { env })).code).toBe(1);
});

/** Reads each document of a package twice, and returns what the record says of it. */
async function readAll(server: RunningKontor): Promise<AuditEntry[]> {
  const anna = await register(server, 'anna');
  await publish(server, anna, 'demo', '1.0.0');
  const urls = [packageUrl(server, 'demo'), `${server.url}/npm/demo/-/demo-1.0.0.tgz`];
  for (const url of [...urls, ...urls]) await (await fetch(url)).bytes();
  await fetch(`${server.url}/health`);
  await server.stop();
  const env = { KONTOR_DATA: server.data };
  const { stdout } = await kontor(['audit', 'export', '--type', 'request.read'], { env });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AuditEntry);
}

describe('[A-83] reads', () => {
  test('are not recorded by default', async () => {
    expect(await readAll(await start())).toEqual([]);
  });

  test('are recorded one by one where that is asked for', async () => {
    const reads = await readAll(await start({ KONTOR_AUDIT_LOG_ALL_READS: 'true' }));
    const ofDemo = reads.filter((event) => event.package === 'demo');
    expect(ofDemo.map(({ result, detail }) => [result, detail['file']])).toEqual([
      ['done', undefined],
      ['done', 'demo-1.0.0.tgz'],
      ['done', undefined],
      ['done', 'demo-1.0.0.tgz'],
    ]);
    expect(reads.map(({ detail }) => detail['route'])).not.toContain('/health');
  });
});

test('[A-81] without the audit refusals leave nothing, and changes still a row each', async () => {
  const server = await start({ KONTOR_AUDIT_ENABLED: 'false' });
  const anna = await register(server, 'anna');
  await publish(server, anna, 'demo', '1.0.0');
  expect((await publish(server, anna, 'demo', '1.0.0')).status).toBe(403);
  await typesOf(server, 'package=demo').toEqual(['package.publish']);
  await server.stop();
  const { stdout } = await kontor(['audit', 'export', '--result', 'refused'], {
    env: { KONTOR_DATA: server.data },
  });
  expect(stdout).toBe('');
});
