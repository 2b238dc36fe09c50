import {
  assert as check,
  boolean,
  constant,
  constantFrom,
  property,
  record,
  type Arbitrary,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { organisationRoles } from '../accounts/index.ts';
import { isEnough, mayRead, rightOn, seesRegistry, type Asker, type Standing } from './index.ts';

const role = constantFrom(null, ...organisationRoles);
const visibility = constantFrom('public' as const, 'internal' as const, 'private' as const);
const standing: Arbitrary<Standing> = record({
  registry: record({
    visibility,
    publish: constantFrom('anyone' as const, 'members' as const, 'admins' as const),
    role,
  }),
  package: record({
    origin: constant('local' as const),
    visibility,
    removed: constant(false),
    trustedOnly: boolean(),
    owner: boolean(),
    organisation: constantFrom(null, 'acme'),
    role,
    team: constantFrom(null, 'read' as const, 'write' as const),
  }),
  scope: constant(null),
});
const nobody: Asker = { userId: null, administrator: false };
const anna: Asker = { userId: 1, administrator: false };
const admin: Asker = { userId: 2, administrator: true };

/** As the store answers for whoever it knows no roles of. */
const asStranger = ({ registry, package: facts, scope }: Standing): Standing => ({
  registry: { ...registry, role: null },
  package: facts && { ...facts, owner: false, role: null, team: null },
  scope,
});

describe('Rights', () => {
  test('an administrator has all of them', () => {
    check(
      property(standing, (facts) => {
        expect(rightOn(facts, admin)).toBe('manage');
      }),
    );
  });

  test('nobody reads what is public in a public registry, and nothing else', () => {
    check(
      property(standing, (facts) => {
        const open = facts.registry.visibility === 'public' && facts.package?.visibility === 'public';
        expect(rightOn(asStranger(facts), nobody)).toBe(open ? 'read' : 'none');
      }),
    );
  });

  test('a user without a role reads what is not private', () => {
    check(
      property(standing, (facts) => {
        const open = facts.registry.visibility !== 'private' && facts.package?.visibility !== 'private';
        expect(rightOn(asStranger(facts), anna)).toBe(open ? 'read' : 'none');
      }),
    );
  });

  test('whoever does not see the registry sees nothing in it, not even their own', () => {
    check(
      property(standing, (facts) => {
        expect(seesRegistry(facts, anna) || !mayRead(facts, anna)).toBe(true);
      }),
    );
  });

  test('a role more never takes a right away', () => {
    check(
      property(standing, role, (facts, more) => {
        const before = rightOn(
          { ...facts, package: facts.package && { ...facts.package, role: null } },
          anna,
        );
        const after = rightOn({ ...facts, package: facts.package && { ...facts.package, role: more } }, anna);
        expect(isEnough(after, before)).toBe(true);
      }),
    );
  });
});
