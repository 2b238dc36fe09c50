import { describe, expect, test } from 'vitest';
import {
  nobodyAt,
  signedInWithPassword,
  type OrganisationRole,
  type Principal,
  type SignedIn,
  type User,
} from '../accounts/index.ts';
import { mayChange, mayPublish, type Standing, type WriteFacts } from './index.ts';

const user = (id: number, role: User['role'] = 'user'): User => ({
  id,
  name: `user${id}`,
  email: null,
  role,
  createdAt: 0,
  disabledAt: null,
});
const principal = (who: User, more: Partial<SignedIn> = {}): SignedIn => ({
  ...signedInWithPassword(who, null),
  ...more,
});
const nobody = nobodyAt(null);
const anna = principal(user(1));
const admin = principal(user(9, 'administrator'));

const open: Standing['registry'] = { visibility: 'public', publish: 'anyone', role: null };
const others: Standing['package'] = {
  origin: 'local',
  visibility: 'public',
  removed: false,
  trustedOnly: false,
  owner: false,
  organisation: null,
  role: null,
  team: null,
};
const own = { ...others, owner: true };

const ask = (decide: (facts: WriteFacts) => ReturnType<typeof mayPublish>) => {
  return (who: Principal, pack: Standing['package'], more: Partial<Standing> = {}) => {
    const decision = decide({
      principal: who,
      registry: 'npm',
      name: '@acme/demo',
      standing: { registry: open, package: pack, scope: null, ...more },
    });
    return decision.allowed ? decision : { code: decision.fault.code, message: decision.fault.message };
  };
};
const publish = ask(mayPublish);
const write = ask((facts) => mayChange(facts, 'write'));
const manage = ask((facts) => mayChange(facts, 'manage'));

test('whoever owns no package is told what to ask its owners for, and an administrator of their powers', () => {
  const ofLogIn = principal(user(9, 'administrator'), { tokenId: 1, scopes: ['read', 'publish', 'yank'] });
  const hint = / to add you\. Or use your powers .* a token that has the scope admin\.$/;
  for (const [decide, what] of [
    [publish, 'publish it'],
    [write, 'do this'],
    [manage, 'do this'],
  ] as const) {
    const told = `You do not own @acme/demo: ask one of its owners to ${what} or to add you.`;
    expect(decide(anna, others)).toEqual({ code: 'not_owner', message: told });
    expect(decide(ofLogIn, others)).toEqual({ code: 'not_owner', message: expect.stringMatching(hint) });
  }
});

describe.each([
  ['mayPublish', publish],
  ['mayChange', write],
])('%s', (_name, decide) => {
  test('nobody is asked to log in, whether the package exists or not', () => {
    expect(decide(nobody, null)).toMatchObject({ code: 'unauthenticated' });
    expect(decide(nobody, others)).toMatchObject({ code: 'unauthenticated' });
  });

  test("a token that may only read is refused, even its owner's and an administrator's", () => {
    expect(decide(principal(user(1), { scopes: ['read'] }), own)).toMatchObject({ code: 'forbidden' });
    expect(decide(principal(user(9, 'administrator'), { scopes: ['read'] }), own)).toMatchObject({
      code: 'forbidden',
    });
  });

  test('an owner may write', () => {
    expect(decide(anna, own)).toEqual({ allowed: true, userId: 1, overrideOwnership: false });
  });

  test('a stranger may not, and reads which package it was', () => {
    const refusal = decide(anna, others);
    expect(refusal).toMatchObject({ code: 'not_owner' });
    expect(refusal).toHaveProperty('message', expect.stringMatching(/^You do not own @acme\/demo: /));
  });

  test('an administrator may write to what others own', () => {
    expect(decide(admin, others)).toEqual({ allowed: true, userId: 9, overrideOwnership: true });
  });

  test('a name that comes from upstream is taken, for administrators too', () => {
    expect(decide(anna, { ...others, origin: 'upstream' })).toMatchObject({ code: 'name_taken_upstream' });
    expect(decide(admin, { ...others, origin: 'upstream' })).toMatchObject({ code: 'name_taken_upstream' });
  });

  test('a member of the owning organisation may from publisher on, a team with write access too', () => {
    expect(decide(anna, { ...others, role: 'publisher' })).toMatchObject({ allowed: true });
    expect(decide(anna, { ...others, role: 'reader' })).toMatchObject({ code: 'not_owner' });
    expect(decide(anna, { ...others, team: 'write' })).toMatchObject({ allowed: true });
    expect(decide(anna, { ...others, team: 'read' })).toMatchObject({ code: 'not_owner' });
  });
});

describe('What changes more than versions and tags', () => {
  test('is for owners, and for maintainers of the organisation or the registry', () => {
    expect(manage(anna, own)).toMatchObject({ allowed: true });
    expect(manage(anna, { ...others, role: 'maintainer' })).toMatchObject({ allowed: true });
    expect(manage(anna, others, { registry: { ...open, role: 'maintainer' } })).toMatchObject({
      allowed: true,
    });
  });

  test('is not for who may publish only', () => {
    expect(manage(anna, { ...others, role: 'publisher' })).toMatchObject({ code: 'not_owner' });
    expect(manage(anna, { ...others, team: 'write' })).toMatchObject({ code: 'not_owner' });
    expect(manage(anna, others, { registry: { ...open, role: 'publisher' } })).toMatchObject({
      code: 'not_owner',
    });
  });
});

const inRegistry = (
  publishSetting: 'anyone' | 'members' | 'admins',
  role: OrganisationRole | null = null,
) => ({
  registry: { ...open, publish: publishSetting, role },
});
const inScope = (role: OrganisationRole | null) => ({ scope: { organisation: 'acme', role } });

describe('A new name', () => {
  test('is free for every user where anyone may publish', () => {
    expect(publish(anna, null)).toEqual({ allowed: true, userId: 1, overrideOwnership: false });
  });

  test('is for publishers of the registry where members may', () => {
    expect(publish(anna, null, inRegistry('members'))).toMatchObject({ code: 'publish_closed' });
    expect(publish(anna, null, inRegistry('members', 'reader'))).toMatchObject({ code: 'publish_closed' });
    expect(publish(anna, null, inRegistry('members', 'publisher'))).toMatchObject({ allowed: true });
  });

  test('is for administrators where only they may, whatever role others have', () => {
    expect(publish(anna, null, inRegistry('admins', 'owner'))).toMatchObject({ code: 'publish_closed' });
    expect(publish(admin, null, inRegistry('admins'))).toMatchObject({ allowed: true });
  });

  test('in the scope of an organisation is for its publishers', () => {
    expect(publish(anna, null, inScope(null))).toMatchObject({ code: 'scope_owned' });
    expect(publish(anna, null, inScope('reader'))).toMatchObject({ code: 'scope_owned' });
    expect(publish(anna, null, inScope('publisher'))).toMatchObject({ allowed: true });
    expect(publish(admin, null, inScope(null))).toMatchObject({ allowed: true });
  });

  test('is refused in the very words that a private package of that name gets', () => {
    const secret = { ...others, visibility: 'private' as const };
    for (const more of [inRegistry('members'), inRegistry('admins'), inScope(null)]) {
      expect(publish(anna, secret, more)).toEqual(publish(anna, null, more));
    }
  });

  test('that a private package has is taken, where one could have it otherwise', () => {
    expect(publish(anna, { ...others, visibility: 'private' })).toMatchObject({ code: 'not_owner' });
  });
});

const of = (more: Partial<SignedIn>) => principal(user(1), more);

describe('A token', () => {
  const yank = ask((facts) => mayChange(facts, 'manage', ['yank']));
  const deprecate = ask((facts) => mayChange(facts, 'write', ['publish', 'yank']));

  test('for publishing may not unpublish, one for yanking may nothing else [V-54]', () => {
    const publisher = of({ scopes: ['read', 'publish'] });
    expect(publish(publisher, own)).toMatchObject({ allowed: true });
    expect(deprecate(publisher, own)).toMatchObject({ allowed: true });
    expect(yank(publisher, own)).toMatchObject({ code: 'forbidden', message: expect.stringMatching(/yank/) });
    const yanker = of({ scopes: ['yank'] });
    expect(publish(yanker, own)).toMatchObject({ code: 'forbidden' });
    expect(deprecate(yanker, own)).toMatchObject({ allowed: true });
    expect(yank(yanker, own)).toMatchObject({ allowed: true });
  });

  test('for some packages is refused for others with a sentence, whoever owns them', () => {
    for (const limits of [
      { packages: ['demo', '@acme/dem', '@acm/*'] },
      { organisations: ['acm'] },
      { registries: ['team'] },
    ]) {
      expect(publish(of({ limits }), own)).toEqual({
        code: 'forbidden',
        message: 'This token is not for @acme/demo in the registry npm: use one whose limits allow it.',
      });
    }
  });

  test.each([
    [{ packages: ['@acme/demo'] }],
    [{ packages: ['@acme/*'] }],
    [{ organisations: ['acme'] }],
    [{ registries: ['npm'] }],
    [{ registries: ['npm'], packages: ['x', '@acme/*'] }],
    [{ packages: ['x'], organisations: ['acme'] }],
    [{ addresses: ['10.0.0.0/8'] }],
  ])('with limits that allow it does what its owner may: %o', (limits) => {
    expect(publish(of({ limits }), own)).toMatchObject({ allowed: true });
    expect(publish(of({ limits }), others)).toMatchObject({ code: 'not_owner' });
  });

  test('for an organisation reaches what that owns outside of its scope, if its owner may know of that', () => {
    const limits = { organisations: ['house'] };
    const owned = { ...others, organisation: 'House', role: 'publisher' as const };
    expect(publish(of({ limits }), owned)).toMatchObject({ allowed: true });
    const secret = { ...others, organisation: 'House', visibility: 'private' as const };
    expect(publish(of({ limits }), secret)).toMatchObject({ code: 'forbidden' });
  });

  test('of an administrator has their powers only with the scope admin', () => {
    const boss = user(9, 'administrator');
    expect(publish(principal(boss, { scopes: ['read', 'publish', 'yank'] }), others)).toMatchObject({
      code: 'not_owner',
    });
    expect(publish(principal(boss, { scopes: ['publish', 'admin'] }), others)).toMatchObject({
      overrideOwnership: true,
    });
    expect(publish(principal(user(1), { scopes: ['publish', 'admin'] }), others)).toMatchObject({
      code: 'not_owner',
    });
  });
});
