/**
 * Which parts of a JSON document are wanted: a value whole (`true`), or of an object the members that are named, under `*`
 * all others.
 */
export type Wanted = true | WantedMembers;
export interface WantedMembers {
  readonly [key: string]: Wanted;
}

/** What is wanted of the member `key`; undefined: nothing. */
export function memberOf(wanted: WantedMembers, key: string): Wanted | undefined {
  if (Object.hasOwn(wanted, key)) return wanted[key];
  return Object.hasOwn(wanted, '*') ? wanted['*'] : undefined;
}

/** All that a change of a package by npm says, in whatever document it sends: protocols/npm 3.2 to 3.5. */
export function changeBy(userName: string): WantedMembers {
  return {
    'dist-tags': true,
    maintainers: true,
    users: { [userName]: true },
    versions: { '*': { deprecated: true } },
    _attachments: { '*': {} },
  };
}
