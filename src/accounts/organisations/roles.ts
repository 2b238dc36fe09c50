/**
 * What a member of an organisation may do with its packages, least first: a reader reads them, a publisher publishes and makes
 * new ones, a maintainer also removes them and looks after teams and lower members, an owner does everything.
 */
export const organisationRoles = ['reader', 'publisher', 'maintainer', 'owner'] as const;

export type OrganisationRole = (typeof organisationRoles)[number];

/** True for `least` and every role above it. */
export function atLeast(role: OrganisationRole | null, least: OrganisationRole): boolean {
  return role !== null && organisationRoles.indexOf(role) >= organisationRoles.indexOf(least);
}

/**
 * May somebody with the role `own` turn a member's role from `before` into `after`? Null stands for no member. Maintainers look after
 * readers and publishers, owners after everybody.
 */
export function mayAssign(
  own: OrganisationRole | null,
  before: OrganisationRole | null,
  after: OrganisationRole | null,
): boolean {
  if (own === 'owner') return true;
  return own === 'maintainer' && !atLeast(before, 'maintainer') && !atLeast(after, 'maintainer');
}
