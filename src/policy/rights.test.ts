import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { organisationRoles } from '../accounts/index.ts';
import { isEnough, mayRead, rightOn, seesRegistry, type Asker, type Standing } from './index.ts';

const role = fc.constantFrom(null, ...organisationRoles);
const visibility = fc.constantFrom('public' as const, 'internal' as const, 'private' as const);
const standing: fc.Arbitrary<Standing> = fc.record({
  registry: fc.record({
    visibility,
    publish: fc.constantFrom('anyone' as const, 'members' as const, 'admins' as const),
    role,
  }),
  package: fc.record({
    origin: fc.constant('local' as const),
    visibility,
    removed: fc.constant(false),
    owner: fc.boolean(),
    role,
    team: fc.constantFrom(null, 'read' as const, 'write' as const),
  }),
  scope: fc.constant(null),
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
    fc.assert(fc.property(standing, (facts) => rightOn(facts, admin) === 'manage'));
  });

  test('nobody reads what is public in a public registry, and nothing else', () => {
    fc.assert(
      fc.property(standing, (facts) => {
        const open = facts.registry.visibility === 'public' && facts.package?.visibility === 'public';
        expect(rightOn(asStranger(facts), nobody)).toBe(open ? 'read' : 'none');
      }),
    );
  });

  test('a user without a role reads what is not private', () => {
    fc.assert(
      fc.property(standing, (facts) => {
        const open = facts.registry.visibility !== 'private' && facts.package?.visibility !== 'private';
        expect(rightOn(asStranger(facts), anna)).toBe(open ? 'read' : 'none');
      }),
    );
  });

  test('whoever does not see the registry sees nothing in it, not even their own', () => {
    fc.assert(fc.property(standing, (facts) => seesRegistry(facts, anna) || !mayRead(facts, anna)));
  });

  test('a role more never takes a right away', () => {
    fc.assert(
      fc.property(standing, role, (facts, more) => {
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
