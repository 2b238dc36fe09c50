import { createServer } from 'node:http';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { npmClient, type Client } from '../setup/clients.ts';
import { verifyWithPacote } from '../setup/pacote.ts';
import { provenanceBundle, type BundleParts } from '../setup/provenance.ts';
import { packageTarball, packageUrl, publishBody, register } from '../setup/publish.ts';
import { startKontor, type RunningKontor } from '../setup/server.ts';

let npm: Client;
let server: RunningKontor;
let token: string;

beforeAll(async () => {
  npm = await npmClient();
  server = await startKontor();
  token = await register(server, 'anna');
});

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/**
 * Publishes as `npm publish --provenance` does. The command itself makes or checks a bundle with Sigstore's services on the
 * internet first.
 */
async function publishAttested(
  name: string,
  { access = 'public', ...parts }: Partial<BundleParts> & { access?: string } = {},
): Promise<Answer & { bundle: object }> {
  const tarball = await packageTarball(name, '1.0.0');
  const body = publishBody(name, '1.0.0', tarball);
  const bundle = provenanceBundle(name, '1.0.0', tarball, parts);
  const data = JSON.stringify(bundle);
  const sigstore = { content_type: bundle.mediaType, data, length: data.length };
  const response = await fetch(packageUrl(server, name), {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...body,
      access,
      _attachments: { ...body['_attachments'], [`${name}-1.0.0.sigstore`]: sigstore },
    }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'], bundle };
}

async function get(path: string, bearer?: string): Promise<Answer> {
  const response = await fetch(`${server.url}/npm/${path}`, {
    headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** A registry that shows the server's answers after `edit`, until the test is finished. */
async function edited(edit: (answer: string) => string): Promise<string> {
  const between = createServer((request, response) => {
    const { host: _, connection: __, ...headers } = request.headers;
    fetch(`${server.url}${request.url}`, { headers: headers as Record<string, string> })
      .then(async (answer) => {
        response
          .writeHead(answer.status, { 'content-type': 'application/json' })
          .end(edit(await answer.text()));
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    between.closeAllConnections();
    between.close();
  });
  const address = between.address();
  if (typeof address !== 'object' || address === null) throw new Error('It does not listen.');
  return `http://127.0.0.1:${address.port}/npm`;
}

const verdict = (registry: string, spec: string, check: 'Signatures' | 'Attestations') =>
  verifyWithPacote(npm, registry, spec, check);

describe("[P-01] npm's own check of signatures", () => {
  test('finds ours genuine, of plain and of scoped names', async () => {
    for (const name of ['signed', '@acme/signed']) {
      expect(await publishAttested(name)).toMatchObject({ status: 201 });
      expect(await verdict(`${server.url}/npm`, `${name}@1.0.0`, 'Signatures')).toBe('genuine');
    }
  });

  test('refuses a document in which somebody has changed the digest or the signature', async () => {
    await publishAttested('tampered');
    const honest = await edited((answer) => answer);
    expect(await verdict(honest, 'tampered@1.0.0', 'Signatures')).toBe('genuine');
    const otherBytes = await edited((answer) =>
      answer.replace(/sha512-[^"]{4}/, (start) => `sha512-${start.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`),
    );
    expect(await verdict(otherBytes, 'tampered@1.0.0', 'Signatures')).toMatch(/^EINTEGRITYSIGNATURE /);
    const foreign = (await get('signed/1.0.0')).body['dist'] as { signatures: { sig: string }[] };
    const otherSignature = await edited((answer) =>
      answer.replace(/"sig":"[^"]+"/, `"sig":"${foreign.signatures[0]?.sig}"`),
    );
    expect(await verdict(otherSignature, 'tampered@1.0.0', 'Signatures')).toMatch(/^EINTEGRITYSIGNATURE /);
  });
});

describe('Provenance', () => {
  test('is served as it was published, where dist.attestations says', async () => {
    const { bundle } = await publishAttested('@acme/attested');
    const { dist } = (await get('@acme%2fattested/1.0.0')).body as { dist: Record<string, unknown> };
    expect(dist['attestations']).toEqual({
      url: `${server.url}/npm/-/npm/v1/attestations/@acme/attested@1.0.0`,
      provenance: { predicateType: 'https://slsa.dev/provenance/v1' },
    });
    const served = { attestations: [{ predicateType: 'https://slsa.dev/provenance/v1', bundle }] };
    for (const spec of ['@acme/attested', '@acme%2fattested', '@acme%2Fattested', '%40acme%2fattested']) {
      expect(await get(`-/npm/v1/attestations/${spec}@1.0.0`)).toEqual({ status: 200, body: served });
    }
  });

  test('about something else is refused, and nothing is published', async () => {
    for (const parts of [{ sha512: '00'.repeat(64) }, { subjectName: 'pkg:npm/other@1.0.0' }]) {
      const { status, body } = await publishAttested('mismatched', parts);
      expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'manifest_invalid' });
      expect(body['error']).toContain('provenance');
    }
    expect((await get('mismatched')).status).toBe(404);
  });

  test('is found by whoever may see the package; for others it is as if there were none', async () => {
    await publishAttested('@acme/hidden', { access: 'restricted' });
    const missing = await get('-/npm/v1/attestations/@acme/missing@1.0.0');
    expect(missing.status).toBe(404);
    const stranger = await register(server, 'berta');
    for (const bearer of [undefined, stranger]) {
      expect(await get('-/npm/v1/attestations/@acme/hidden@1.0.0', bearer)).toEqual(missing);
    }
    expect((await get('-/npm/v1/attestations/@acme/hidden@1.0.0', token)).status).toBe(200);
    for (const spec of ['signed@2.0.0', 'signed', '@acme', '@', 'signed@', '..%2f@1.0.0']) {
      expect({ spec, ...(await get(`-/npm/v1/attestations/${spec}`)) }).toMatchObject({ spec, status: 404 });
    }
  });

  test("passes all of npm's own checks but the last, for which it needs Sigstore's trust root", async () => {
    await publishAttested('checked');
    expect(await verdict(`${server.url}/npm`, 'checked@1.0.0', 'Attestations')).toMatch(
      /^EATTESTATIONVERIFY checked@1\.0\.0 failed to verify attestation/,
    );
    const otherSubject = await edited((answer) =>
      answer.replace(/"payload":"([^"]+)"/, (_, payload: string) => {
        const statement = atob(payload).replace('checked@1.0.0', 'checked@6.6.6');
        return `"payload":"${btoa(statement)}"`;
      }),
    );
    expect(await verdict(otherSubject, 'checked@1.0.0', 'Attestations')).toMatch(/^EATTESTATIONSUBJECT /);
  });
});
