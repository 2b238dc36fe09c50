import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isFault } from '../../../kernel/index.ts';
import type { Owner } from '../../../registry/index.ts';
import { readJson } from '../../small-body.ts';
import { VaisFault } from '../errors.ts';
import { fieldsOf, refuse, text } from '../fields.ts';
import type { VaisDoorOptions } from '../options.ts';
import { nameOf, noPackage } from '../request.ts';
import { senderOf } from '../sender.ts';

interface Wanted {
  owners: number[];
  organisationId?: null;
}

/** How often the owners may change between our reading them and our writing them. */
const TRIES = 5;

/** Who may publish and yank: protocols/vais 2. */
export function ownerRoutes(app: FastifyInstance, options: VaisDoorOptions): void {
  const { accounts, catalogue, publisher } = options;
  const config = { audit: 'package.owners' };

  app.post('/packages/:name/owners', { config }, async (request, reply) => {
    const name = nameOf(request);
    await change(request, name, async () => {
      const username = text(fieldsOf(await readJson(request)), 'username');
      const user = await accounts.find(username);
      if (user === undefined) throw noUser(username);
      return (owners) => {
        const ids = usersOf(owners);
        if (ids.includes(user.id)) throw refuse(`${user.name} is an owner of ${name} already`);
        return { owners: [...ids, user.id] };
      };
    });
    return reply.code(201).send();
  });

  app.delete('/packages/:name/owners/:username', { config }, async (request, reply) => {
    const { username } = request.params as { username: string };
    const name = nameOf(request);
    await change(request, name, async () => {
      // Whoever may come so far is told by a POST, too, who has an account.
      const user = await accounts.find(username);
      return (owners) => {
        const gone = owners.find((owner) => owner.name.toLowerCase() === username.toLowerCase());
        if (gone === undefined) throw user === undefined ? noUser(username) : noOwner(user.name, name);
        const users = usersOf(owners);
        return gone.kind === 'organisation'
          ? { owners: users, organisationId: null }
          : { owners: users.filter((id) => id !== gone.id) };
      };
    });
    return reply.code(204).send();
  });

  /** Asks for the rights before anything is looked up. Of two changes at once both count. */
  async function change(
    request: FastifyRequest,
    name: string,
    prepare: () => Promise<(owners: Owner[]) => Wanted>,
  ): Promise<void> {
    const sender = await senderOf(request, options, 'publish');
    await publisher.assertMayChange(request.registry, name, sender, 'manage');
    const wantedOf = await prepare();
    for (let tries = 1; ; tries += 1) {
      const head = await catalogue.findPackage(request.registry.id, name);
      if (head === undefined) throw noPackage(name);
      const wanted = wantedOf(await catalogue.owners(head.id));
      const expectedRevision = head.revision;
      try {
        await publisher.setOwners(request.registry, sender, { name, ...wanted, expectedRevision });
        return;
      } catch (error) {
        if (!isFault(error, 'conflict') || tries === TRIES) throw error;
      }
    }
  }
}

function usersOf(owners: Owner[]): number[] {
  return owners.filter(({ kind }) => kind === 'user').map(({ id }) => id);
}

function noUser(name: string): VaisFault {
  return new VaisFault('not_found', `User not found: ${name.slice(0, 120)}`);
}

function noOwner(user: string, name: string): VaisFault {
  return new VaisFault('not_found', `${user} is no owner of ${name}`);
}
