import { Fault } from '../../kernel/index.ts';

/** Names that speak for the server or its operators, or that a path of the API or the pages could mean. */
const RESERVED: ReadonlySet<string> = new Set(
  `
  abuse admin administrator administrators anonymous anyone bot everyone guest help hostmaster info kontor
  mail moderator nobody noreply no-reply official operator owner postmaster public root security server staff
  superuser support sysadmin system team trusted user webmaster
  account accounts api audit invitation invitations login logout me null org organisation organisations orgs
  package packages password register registries registry reset search session sessions settings signup status
  tokens undefined users verify
`
    .trim()
    .split(/\s+/),
);

/** Fault `user_name_invalid` for a name that people may not take for themselves; administrators may give it to somebody. */
export function assertFreeForAll(name: string): void {
  // Who reads quickly sees no dot.
  if (!RESERVED.has(name.toLowerCase()) && !RESERVED.has(name.toLowerCase().replace(/[._-]/g, ''))) return;
  throw new Fault('user_name_invalid', `The user name ${name} is reserved: choose another one.`);
}
