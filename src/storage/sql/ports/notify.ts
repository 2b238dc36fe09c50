import type { Kysely } from 'kysely';
import type { Contacts } from '../../../accounts/index.ts';
import type { Deliveries } from '../../../ledger/index.ts';
import type { KnownNetworks } from '../../../policy/index.ts';
import type { Writer } from '../commands/index.ts';
import { contactNamed, contactsOf } from '../queries/contacts.ts';
import type { Schema } from '../schema/index.ts';

export function knownNetworksOn(db: Kysely<Schema>, writer: Writer): KnownNetworks {
  return {
    lastLogin: async (userId, network) => {
      const row = await db
        .selectFrom('known_networks')
        .select('last_login')
        .where('user_id', '=', userId)
        .where('network', '=', network)
        .executeTakeFirst();
      return row?.last_login;
    },
    remember: (login) => writer.run('rememberNetwork', login),
  };
}

export function deliveriesOn(db: Kysely<Schema>, writer: Writer): Deliveries {
  return {
    position: async (reader) => {
      const row = await db
        .selectFrom('event_readers')
        .select('seq')
        .where('name', '=', reader)
        .executeTakeFirst();
      return row?.seq;
    },
    note: (step) => writer.run('noteDeliveries', step),
    claim: (request) => writer.run('claimDeliveries', request),
    finish: (id) => writer.run('finishDelivery', id),
    postpone: (later) => writer.run('postponeDelivery', later),
  };
}

export function contactsOn(db: Kysely<Schema>): Contacts {
  return {
    named: (userName) => contactNamed(db, userName),
    answeringFor: (registry, packageName, limit) => contactsOf(db, registry, packageName, limit),
  };
}
