import type { OrganisationRole } from '../organisations/index.ts';

/** Who is in `group` at the provider has this role in the organisation, or is in this team of it. */
export interface GroupRule {
  group: string;
  organisation: string;
  role: OrganisationRole;
  /** Null: the organisation as a whole. */
  team: string | null;
}

/** What the provider's groups make of somebody in one organisation: the highest role, and every mapped team yes or no. */
export interface WantedMembership {
  organisation: string;
  /** Null: none of the groups, so no membership. */
  role: OrganisationRole | null;
  teams: ReadonlyMap<string, boolean>;
}

const order: readonly OrganisationRole[] = ['reader', 'publisher', 'maintainer', 'owner'];

/** Texts of the claim, which some providers send as one text when there is one group. */
export function groupsOf(claims: Readonly<Record<string, unknown>>, claim: string): Set<string> {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return new Set(values.filter((one): one is string => typeof one === 'string'));
}

export function wantedMemberships(
  rules: readonly GroupRule[],
  groups: ReadonlySet<string>,
): WantedMembership[] {
  return [...Map.groupBy(rules, ({ organisation }) => organisation)].map(([organisation, own]) => {
    const met = own.filter(({ group }) => groups.has(group));
    const highest = Math.max(-1, ...met.map(({ role }) => order.indexOf(role)));
    const teams = new Map<string, boolean>();
    for (const { team, group } of own) {
      if (team !== null) teams.set(team, (teams.get(team) ?? false) || groups.has(group));
    }
    return { organisation, role: order[highest] ?? null, teams };
  });
}
