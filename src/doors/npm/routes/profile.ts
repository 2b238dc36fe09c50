import type { FastifyInstance } from 'fastify';
import { actorOf, type Profile } from '../../../accounts/index.ts';
import { isoTime } from '../../../kernel/index.ts';
import type { NpmDoorOptions } from '../options.ts';
import { profileChange } from '../profile-change.ts';
import { readJson } from '../request.ts';
import { accountHolder, signedIn } from '../signed-in.ts';

/** `npm profile`: protocols/npm 4.5. */
export function profileRoutes(app: FastifyInstance, { accounts }: NpmDoorOptions): void {
  app.get('/-/npm/v1/user', async (request, reply) => {
    const { user } = await signedIn(request);
    return reply.header('cache-control', 'no-store').send(profileShape(await accounts.profile(user)));
  });

  app.post('/-/npm/v1/user', async (request, reply) => {
    const principal = await accountHolder(request);
    const change = profileChange(await readJson(request));
    const profile = await accounts.changeProfile(principal.user, change, actorOf(principal));
    return reply.header('cache-control', 'no-store').send(profileShape(profile));
  });
}

function profileShape({ name, email, emailVerified, createdAt, updatedAt, fields }: Profile) {
  return {
    tfa: false,
    name,
    email,
    email_verified: emailVerified,
    created: isoTime(createdAt),
    updated: isoTime(updatedAt),
    cidr_whitelist: null,
    ...fields,
  };
}
