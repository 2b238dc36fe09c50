import type { FastifyInstance } from 'fastify';
import { isoTime } from '../../../kernel/index.ts';
import type { NpmDoorOptions } from '../options.ts';

/** The keys that `dist.signatures` refer to: protocols/npm 7.1. */
export function keyRoutes(app: FastifyInstance, { signer }: NpmDoorOptions): void {
  app.get('/-/npm/v1/keys', async () => {
    const keys = await signer.publicKeys();
    return {
      keys: keys.map(({ keyId, publicKey, expiresAt }) => ({
        expires: expiresAt === null ? null : isoTime(expiresAt),
        keyid: keyId,
        keytype: 'ecdsa-sha2-nistp256',
        scheme: 'ecdsa-sha2-nistp256',
        key: publicKey,
      })),
    };
  });
}
