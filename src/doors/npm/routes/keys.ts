import type { FastifyInstance } from 'fastify';
import { npmKeys, type UpstreamKey } from '../../../formats/npm/index.ts';
import { isoTime } from '../../../kernel/index.ts';
import type { NpmDoorOptions } from '../options.ts';

/** The keys that `dist.signatures` refer to, ours and those of the upstreams: protocols/npm 7.1. */
export function keyRoutes(app: FastifyInstance, { signer, reader, answers }: NpmDoorOptions): void {
  app.get('/-/npm/v1/keys', async (request) => {
    const { scope } = await reader.outward(request.registry, [], await request.principal());
    const [keys, said] = await Promise.all([signer.publicKeys(), answers.each(scope, npmKeys)]);
    const own = keys.map(({ keyId, publicKey, expiresAt }) => ({
      expires: expiresAt === null ? null : isoTime(expiresAt),
      keyid: keyId,
      keytype: 'ecdsa-sha2-nistp256',
      scheme: 'ecdsa-sha2-nistp256',
      key: publicKey,
    }));
    // Ours come first: no upstream can put another key under the id of one.
    const all = [...own, ...said.flatMap((text) => JSON.parse(text) as UpstreamKey[])];
    return { keys: all.filter(({ keyid }, index) => all.findIndex((key) => key.keyid === keyid) === index) };
  });
}
