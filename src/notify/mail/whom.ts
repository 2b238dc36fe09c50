import type { Contact, Contacts } from '../../accounts/index.ts';
import type { SealedEvent } from '../../ledger/index.ts';
import { hasLetter } from './letters/notice.ts';
import type { Notice } from './notice.ts';

/** So many people are told of one event at most. */
const MOST = 50;

/** The notices that an event calls for. */
export async function noticesOf(event: SealedEvent, contacts: Contacts): Promise<Notice[]> {
  const { type, at, actor, registry, version, detail, result } = event;
  if (!hasLetter(type) || result === 'refused') return [];
  const facts = {
    type,
    at,
    by: actor.name ?? (actor.via === 'command-line' ? 'the command line' : actor.via),
    address: actor.address,
    registry,
    package: event.package,
    version,
    detail,
  };
  const receivers = await receiversOf(event, contacts);
  return receivers.map(({ name, email }) => Object.assign({ to: { name, address: email } }, facts));
}

async function receiversOf({ actor, detail, ...event }: SealedEvent, contacts: Contacts): Promise<Contact[]> {
  if (event.registry !== null && event.package !== null) {
    const owners = await contacts.answeringFor(event.registry, event.package, MOST);
    // Whoever did it knows.
    return owners.filter(({ userId }) => userId !== actor.userId);
  }
  const name = typeof detail['user'] === 'string' ? detail['user'] : actor.name;
  const user = name === null ? undefined : await contacts.named(name);
  return user === undefined ? [] : [user];
}
