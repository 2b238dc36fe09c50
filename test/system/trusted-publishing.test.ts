import { randomUUID } from 'node:crypto';
import { SignJWT, UnsecuredJWT, generateKeyPair, type JWTPayload } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startProvider, type RunningProvider } from '../setup/oidc-provider.ts';
import { packageTarball, packageUrl, publish, publishBody, register } from '../setup/publish.ts';
import { kontor, startKontor, type RunningKontor } from '../setup/server.ts';

let provider: RunningProvider;
let server: RunningKontor;
let anna: string;
let count = 0;
let name: string;

beforeAll(async () => {
  provider = await startProvider();
  server = await startKontor({
    env: { KONTOR_GITHUB_ISSUER: provider.issuer },
  });
  anna = await register(server, 'anna');
});

beforeEach(async () => {
  count += 1;
  name = `package-${count}`;
  await publish(server, anna, name, '1.0.0');
});

const github = {
  type: 'github',
  claims: { repository: 'acme/rockets', workflow_ref: { file: 'release.yml' } },
  permissions: ['createPackage'],
};
const job: JWTPayload = {
  aud: 'npm:127.0.0.1',
  repository: 'acme/rockets',
  repository_id: '4711',
  workflow_ref: 'acme/rockets/.github/workflows/release.yml@refs/heads/main',
};

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function send(method: string, path: string, bearer?: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
}

async function trust(rule: object = github, of = name): Promise<string> {
  const { status, body } = await send('POST', `/npm/-/package/${of}/trust`, anna, [rule]);
  expect(status).toBe(201);
  return (body as unknown as { id: string }[])[0]?.id ?? '';
}

const exchange = (identity: string, of = name) =>
  send('POST', `/-/npm/v1/oidc/token/exchange/package/${of}`, identity);

/** The sentence of a refusal without the package's name. */
const said = (answer: Answer, of: string) => String(answer.body['error']).replaceAll(of, 'NAME');

async function machineToken(claims: JWTPayload = job): Promise<string> {
  const { status, body } = await exchange(await provider.sign(claims));
  expect(status).toBe(201);
  return String(body['token']);
}

describe('An identity token is exchanged', () => {
  test('for a token that publishes this package, and its issuer may sign with each of its keys', async () => {
    await trust();
    for (const [index, algorithm] of (['RS256', 'ES256', 'EdDSA'] as const).entries()) {
      const { status, body } = await exchange(await provider.sign(job, { algorithm }));
      expect({ status, body }).toMatchObject({
        status: 201,
        body: { token: expect.stringMatching(/^ktm_/) },
      });
      expect(await publish(server, String(body['token']), name, `1.1.${index}`)).toMatchObject({
        status: 201,
      });
    }
  });

  test('once: a second time it is refused, also when two come at once', async () => {
    await trust();
    const identity = await provider.sign(job);
    const answers = await Promise.all([exchange(identity), exchange(identity), exchange(identity)]);
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      201, 401, 401,
    ]);
    expect(answers.find(({ status }) => status === 401)?.body).toMatchObject({ code: 'identity_invalid' });
  });

  test('once for each package: a repository of several has one token for all', async () => {
    await trust();
    const other = `${name}-other`;
    await publish(server, anna, other, '1.0.0');
    await trust(github, other);
    const identity = await provider.sign(job);
    expect((await exchange(identity)).status).toBe(201);
    expect((await exchange(identity, other)).status).toBe(201);
  });

  test('after new keys, which the issuer is asked for', async () => {
    await trust();
    await machineToken();
    await provider.rotate();
    expect(await machineToken()).toMatch(/^ktm_/);
  });
});

describe('An identity token is refused', () => {
  const forged: [string, () => Promise<string>, number, string][] = [
    ['without a signature', () => Promise.resolve(unsigned()), 401, 'identity_invalid'],
    ['with the public key as a shared secret', () => confused(), 401, 'identity_invalid'],
    ['signed by somebody else', () => foreignKey(), 401, 'identity_invalid'],
    [
      'for another registry',
      () => provider.sign({ ...job, aud: 'npm:registry.npmjs.org' }),
      401,
      'identity_invalid',
    ],
    ['without an audience', () => provider.sign({ ...job, aud: undefined }), 401, 'identity_invalid'],
    ['that has expired', () => provider.sign({ ...job, exp: seconds() - 60 }), 401, 'identity_invalid'],
    ['that is not valid yet', () => provider.sign({ ...job, nbf: seconds() + 600 }), 401, 'identity_invalid'],
    ['from the future', () => provider.sign({ ...job, iat: seconds() + 600 }), 401, 'identity_invalid'],
    ['that never expires', () => provider.sign({ ...job, exp: undefined }), 401, 'identity_invalid'],
    ['of another issuer', () => provider.sign({ ...job, iss: 'https://evil.example' }), 403, 'not_trusted'],
    [
      'of another repository',
      () => provider.sign({ ...job, repository: 'evil/rockets' }),
      403,
      'not_trusted',
    ],
    [
      'of another workflow',
      () =>
        provider.sign({ ...job, workflow_ref: 'acme/rockets/.github/workflows/test.yml@refs/heads/main' }),
      403,
      'not_trusted',
    ],
    [
      'of a workflow of another repository',
      () => provider.sign({ ...job, workflow_ref: 'evil/x/.github/workflows/release.yml@refs/heads/main' }),
      403,
      'not_trusted',
    ],
  ];
  test.each(forged)('%s', async (_what, make, status, code) => {
    await trust();
    const answer = await exchange(await make());
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body).not.toHaveProperty('token');
  });

  test.each(['', 'garbage', 'a.b.c', 'e30.e30.', 'x'.repeat(15_000)])('that is %j', async (identity) => {
    await trust();
    expect((await exchange(identity)).status).toBe(401);
  });

  test('for a package that is not here, as for one without rules', async () => {
    const identity = await provider.sign(job);
    const [absent, bare] = [await exchange(identity, 'nowhere-to-be-seen'), await exchange(identity)];
    expect(absent).toMatchObject({ status: 403, body: { code: 'not_trusted' } });
    expect(said(absent, 'nowhere-to-be-seen')).toBe(said(bare, name));
  });

  test('for a private package, as for one that is not here, whatever is wrong with it', async () => {
    await trust();
    await send('POST', `/npm/-/package/${name}/access`, anna, { access: 'restricted' });
    const wrong = [
      unsigned(),
      await provider.sign({ ...job, repository: 'evil/rockets' }),
      await foreignKey(),
    ];
    for (const identity of wrong) {
      const [absent, hidden] = [await exchange(identity, 'nowhere-to-be-seen'), await exchange(identity)];
      expect(hidden.status).toBe(absent.status);
      expect(hidden.body['code']).toBe(absent.body['code']);
      expect(said(hidden, name)).toBe(said(absent, 'nowhere-to-be-seen'));
    }
    expect((await exchange(await provider.sign(job))).status).toBe(201);
  });

  test('of a repository that was made anew under the old name', async () => {
    await trust();
    await machineToken();
    const answer = await exchange(await provider.sign({ ...job, repository_id: '4712' }));
    expect(answer).toMatchObject({ status: 403, body: { error: expect.stringContaining('made anew') } });
  });
});

describe('The token of a trusted publisher', () => {
  test('publishes this package and nothing else', async () => {
    await trust();
    const other = `${name}-other`;
    await publish(server, anna, other, '1.0.0');
    const token = await machineToken();
    expect(await publish(server, token, other, '1.1.0')).toMatchObject({ status: 403 });
    expect(await publish(server, token, `${name}-new`, '1.0.0')).toMatchObject({ status: 403 });
    expect((await send('PUT', `/npm/-/package/${name}/dist-tags/beta`, token, '1.0.0')).status).toBe(403);
    expect((await send('DELETE', `/npm/${name}/-rev/1`, token)).status).toBe(403);
    expect((await send('POST', `/npm/-/package/${name}/trust`, token, [github])).status).toBe(403);
    expect((await send('GET', '/npm/-/whoami', token)).status).toBe(403);
    expect((await send('GET', '/-/api/v1/registries', token)).status).toBe(401);
  });

  test('reads the package also when it is private, and no other', async () => {
    await trust();
    const token = await machineToken();
    const secret = `${name}-secret`;
    for (const hidden of [name, secret]) {
      await publish(server, anna, hidden, '1.0.0');
      await send('POST', `/npm/-/package/${hidden}/access`, anna, { access: 'restricted' });
    }
    expect((await send('GET', `/npm/${name}`, token)).status).toBe(200);
    expect((await send('GET', `/npm/${secret}`, token)).status).toBe(404);
  });

  test('dies with the rule', async () => {
    const id = await trust();
    const token = await machineToken();
    expect((await send('DELETE', `/npm/-/package/${name}/trust/${id}`, anna)).status).toBe(204);
    expect(await publish(server, token, name, '1.1.0')).toMatchObject({ status: 401 });
  });

  test('lives on when the person who made the rule is gone', async () => {
    const ben = await register(server, `ben${count}`);
    const own = `of-ben-${count}`;
    await publish(server, ben, own, '1.0.0');
    expect((await send('POST', `/npm/-/package/${own}/trust`, ben, [github])).status).toBe(201);
    const disabled = await kontor(['admin', 'disable', `ben${count}`], { env: { KONTOR_DATA: server.data } });
    expect(disabled.code).toBe(0);
    const { body } = await exchange(await provider.sign(job), own);
    expect(await publish(server, String(body['token']), own, '1.1.0')).toMatchObject({ status: 201 });
  });
});

describe('A rule', () => {
  test.each([
    ['of an unknown type', { ...github, type: 'circleci' }],
    ['without a repository', { ...github, claims: { workflow_ref: { file: 'release.yml' } } }],
    ['with a claim too many', { ...github, claims: { ...github.claims, actor: 'anna' } }],
    [
      'with a path for a file',
      { ...github, claims: { ...github.claims, workflow_ref: { file: 'a/b.yml' } } },
    ],
    ['with an issuer of its own', { ...github, issuer: 'https://evil.example' }],
    ['that permits something else', { ...github, permissions: ['everything'] }],
    ['that permits nothing', { ...github, permissions: [] }],
    ['for any job of an issuer', oidc({ sub: '**' })],
    ['without claims', oidc({})],
    ['with a program for a pattern', oidc({ sub: 'x', ref: '*a*b*c*d*e*f' })],
    ['on a claim that is checked in any case', oidc({ iss: 'x', sub: 'y' })],
  ])('%s is refused with a sentence', async (_what, rule) => {
    const answer = await send('POST', `/npm/-/package/${name}/trust`, anna, [rule]);
    expect(answer).toMatchObject({ status: 422, body: { code: 'trust_invalid' } });
  });

  test.each([[{}], [[]], [[github, github]], [[null]], ['github'], [[{ type: 1 }]]])(
    'that is %j is a bad request',
    async (body) => {
      expect((await send('POST', `/npm/-/package/${name}/trust`, anna, body)).status).toBe(400);
    },
  );

  test('is seen and changed by who may manage the package only', async () => {
    const id = await trust();
    const eve = await register(server, `eve${count}`);
    for (const [bearer, status] of [
      [eve, 403],
      [undefined, 401],
    ] as const) {
      expect((await send('GET', `/npm/-/package/${name}/trust`, bearer)).status).toBe(status);
      expect((await send('POST', `/npm/-/package/${name}/trust`, bearer, [github])).status).toBe(status);
      expect((await send('DELETE', `/npm/-/package/${name}/trust/${id}`, bearer)).status).toBe(status);
    }
  });
});

describe('An issuer', () => {
  test('that an owner names is not asked in our own network', async () => {
    const before = provider.requests.length;
    for (const issuer of [
      provider.issuer.replace('127.0.0.1', 'localhost'),
      'https://127.0.0.1:9',
      'https://[::ffff:10.0.0.1]',
      'https://localhost:9',
    ]) {
      const of = `${name}-${randomUUID().slice(0, 8)}`;
      await publish(server, anna, of, '1.0.0');
      await trust({ ...oidc({ sub: 'job' }), issuer }, of);
      const answer = await exchange(await provider.sign({ ...job, iss: issuer }), of);
      expect(answer).toMatchObject({ status: 502, body: { code: 'issuer_failed' } });
    }
    expect(provider.requests.length).toBe(before);
  });

  test('that no rule of the package names is not asked at all', async () => {
    const before = provider.requests.length;
    await exchange(await provider.sign(job));
    expect(provider.requests.length).toBe(before);
  });

  test('of any kind is trusted by patterns of its claims, for the audience of the rule', async () => {
    const claims = { project: 'rockets', ref: 'refs/tags/v*' };
    await trust({ ...oidc(claims), issuer: provider.issuer, audience: 'our-registry' });
    const token = (ref: string, aud = 'our-registry') => provider.sign({ aud, project: 'rockets', ref });
    expect((await exchange(await token('refs/tags/v1.0.0'))).status).toBe(201);
    expect((await exchange(await token('refs/tags/v1/x'))).status).toBe(403);
    expect((await exchange(await token('refs/heads/v1'))).status).toBe(403);
    expect((await exchange(await token('refs/tags/v1.0.0', 'npm:127.0.0.1'))).status).toBe(401);
  });
});

function oidc(claims: Record<string, string>) {
  return { type: 'oidc', issuer: 'https://ci.example.com', claims, permissions: ['createPackage'] };
}

const seconds = () => Math.floor(Date.now() / 1000);
const whole = () => ({ iss: provider.issuer, sub: 'job', iat: seconds(), exp: seconds() + 300, ...job });

function unsigned(): string {
  return new UnsecuredJWT(whole()).encode();
}

/** The public key, which everybody has, as the secret of an HMAC. */
async function confused(): Promise<string> {
  const [key] = provider.publicKeys();
  const secret = new TextEncoder().encode(JSON.stringify(key));
  return new SignJWT(whole()).setProtectedHeader({ alg: 'HS256', kid: key?.kid ?? '' }).sign(secret);
}

/** Under the name of the issuer's key. */
async function foreignKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  const kid = provider.publicKeys()[0]?.kid ?? '';
  return new SignJWT(whole()).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
}

test('Its publish stands in the record with the job that did it', async () => {
  const id = await trust();
  await publish(server, await machineToken(), name, '1.1.0');
  const env = { KONTOR_DATA: server.data };
  const listed = async () => (await kontor(['audit', 'list', '--package', name, '--json'], { env })).stdout;
  // It shows once the event is sealed.
  await expect.poll(listed, { timeout: 20_000 }).toContain(`trusted:${id}`);
  expect(await listed()).toContain('acme/rockets/.github/workflows/release.yml@refs/heads/main');
  expect((await fetch(packageUrl(server, name))).status).toBe(200);
});

const api = (method: string, path: string, bearer: string | undefined, body?: unknown) =>
  send(method, `/-/api/v1/registries/npm/packages/${name}/${path}`, bearer, body);

describe('The API', () => {
  test('adds, lists and removes trusted publishers', async () => {
    const added = await api('POST', 'trusted-publishers', anna, oidc({ sub: 'job' }));
    expect(added).toMatchObject({ status: 201, body: { type: 'oidc', createdBy: 'anna', audience: null } });
    const listed = await api('GET', 'publishing', anna);
    expect(listed.body).toEqual({ trustedOnly: false, trustedPublishers: [added.body] });
    expect((await api('DELETE', `trusted-publishers/${String(added.body['id'])}`, anna)).status).toBe(204);
    expect((await api('DELETE', `trusted-publishers/${String(added.body['id'])}`, anna)).status).toBe(404);
  });

  test('lets only trusted publishers publish: people are refused with a sentence, and still deprecate', async () => {
    await trust();
    expect((await api('PATCH', 'publishing', anna, { trustedOnly: true })).status).toBe(204);
    const refused = await publish(server, anna, name, '2.0.0');
    expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('trusted publishers only') });
    const staged = await send('POST', `/npm/-/stage/package/${name}`, anna, {});
    expect(staged).toMatchObject({ status: 403, body: { code: 'trusted_only' } });
    expect((await send('PUT', `/npm/-/package/${name}/dist-tags/beta`, anna, '1.0.0')).status).toBeLessThan(
      300,
    );
    expect(await publish(server, await machineToken(), name, '2.0.0')).toMatchObject({ status: 201 });

    expect((await api('PATCH', 'publishing', anna, { trustedOnly: false })).status).toBe(204);
    expect(await publish(server, anna, name, '2.1.0')).toMatchObject({ status: 201 });
  });

  test('is for who may manage the package', async () => {
    const eve = await register(server, `eve-api-${count}`);
    for (const [bearer, status] of [
      [eve, 403],
      [undefined, 401],
    ] as const) {
      expect((await api('GET', 'publishing', bearer)).status).toBe(status);
      expect((await api('PATCH', 'publishing', bearer, { trustedOnly: true })).status).toBe(status);
      expect((await api('POST', 'trusted-publishers', bearer, github)).status).toBe(status);
    }
  });
});

test('A machine that may stage leaves the yes to a person', async () => {
  await trust({ ...github, permissions: ['createStagedPackage'] });
  const token = await machineToken();
  expect(await publish(server, token, name, '2.0.0')).toMatchObject({ status: 403 });
  const tarball = await packageTarball(name, '2.0.0');
  const staged = await send(
    'POST',
    `/npm/-/stage/package/${name}`,
    token,
    publishBody(name, '2.0.0', tarball),
  );
  expect(staged.status).toBe(201);
  const id = String(staged.body['stageId']);
  expect((await send('POST', `/npm/-/stage/${id}/approve`, token)).status).toBe(403);
  expect((await send('POST', `/npm/-/stage/${id}/approve`, anna)).status).toBe(200);
});
