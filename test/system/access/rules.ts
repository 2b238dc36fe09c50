import type { TokenScope } from '../../../src/accounts/index.ts';
import type { Caller, Visibility } from './world.ts';

/** What somebody gets: `yes` is whatever the row calls an answer, `no` a 401 or 403, 404 the one for what does not exist. */
export type Verdict = 'yes' | 'no' | 401 | 403 | 404;

/** Who may use a route, as it ought to be: nothing here is asked of the code. */
export type Rule = (caller: Caller, visibility: Visibility) => Verdict;

const member: ReadonlySet<unknown> = new Set(['owner', 'maintainer', 'publisher', 'reader']);
const publishes: ReadonlySet<unknown> = new Set(['owner', 'maintainer', 'publisher']);
const manages: ReadonlySet<unknown> = new Set(['owner', 'maintainer']);

/** An administrator whose token is for that. */
function administers({ administrator, scopes }: Caller): boolean {
  return administrator === true && scopes.includes('admin');
}

function sees(caller: Caller, visibility: Visibility): boolean {
  // A token that is not for reading this package sees what nobody sees.
  const isStranger = caller.user === null || caller.elsewhere || !caller.scopes.includes('read');
  if (visibility === 'public') return true;
  if (isStranger) return false;
  if (administers(caller) || visibility === 'internal') return true;
  return caller.owner === true || member.has(caller.role);
}

/** What a token must be for, one of these; and the roles in an organisation that are enough. */
function changes(needed: readonly TokenScope[], roles: ReadonlySet<unknown>): Rule {
  return (caller, visibility) => {
    if (caller.user === null) return caller.machine ? 'no' : 401;
    if (caller.elsewhere || !needed.some((scope) => caller.scopes.includes(scope))) return 403;
    if (administers(caller) || caller.owner || roles.has(caller.role)) return 'yes';
    return sees(caller, visibility) ? 403 : 404;
  };
}

/** To a token that is not for reading, what is not public does not exist. */
function seeing(rule: Rule): Rule {
  return (caller, visibility) =>
    caller.user !== null && !caller.scopes.includes('read') && visibility !== 'public'
      ? 404
      : rule(caller, visibility);
}

function account({ user, machine, scopes, elsewhere }: Caller): 'no' | 401 | 403 | undefined {
  if (user === null) return machine ? 'no' : 401;
  return scopes.includes('publish') && !elsewhere ? undefined : 403;
}

export const rules = {
  /** Credentials are not looked at. */
  open: () => 'yes',
  /** Anybody, but bad credentials are told. */
  anybody: ({ bad }) => (bad ? 401 : 'yes'),
  /** Whoever may see the package; to others it does not exist. */
  reader: (caller, visibility) => (caller.bad ? 401 : sees(caller, visibility) ? 'yes' : 404),
  /** Its owners, the organisation's publishers and administrators. */
  publisher: changes(['publish'], publishes),
  /** As `publisher`; a token that is not for publishing is no good there. */
  pantryPublisher: (caller, visibility) =>
    caller.user !== null && !caller.scopes.includes('publish')
      ? 401
      : changes(['publish'], publishes)(caller, visibility),
  /** Its owners, the organisation's maintainers and administrators. */
  maintainer: changes(['publish'], manages),
  /** As `publisher`, with a token for yanking. */
  marker: changes(['yank'], publishes),
  /** As `maintainer`, for what the client must have read before. */
  reviser: seeing(changes(['publish'], manages)),
  /** As `reviser`, with a token for yanking. */
  yanker: seeing(changes(['yank'], manages)),
  /** As `maintainer`, with a token for yanking. */
  remover: changes(['yank'], manages),
  /** As `reader`, but for users only. */
  userReader: (caller, visibility) =>
    caller.user === null ? (caller.machine ? 'no' : 401) : sees(caller, visibility) ? 'yes' : 404,
  /** Members of the organisation; to others it does not exist. */
  member: (caller) => {
    if (caller.user === null) return caller.machine ? 'no' : 401;
    return administers(caller) || member.has(caller.role) ? 'yes' : 404;
  },
  /** Its maintainers. */
  organiser: (caller) =>
    account(caller) ??
    (administers(caller) || manages.has(caller.role) ? 'yes' : member.has(caller.role) ? 403 : 404),
  user: ({ user, machine }) => (user ? 'yes' : machine ? 'no' : 401),
  /** Users, but not with a token that may only read or is for some packages. */
  account: (caller) => account(caller) ?? 'yes',
  /** As `account`, for what makes a token that may read and publish. */
  tokenMaker: (caller) => account(caller) ?? (caller.scopes.includes('read') ? 'yes' : 403),
  /** Users who have logged in themselves. */
  person: (caller) => account(caller) ?? (caller.inPerson ? 'yes' : 403),
  administrator: (caller) => {
    if (caller.user === null) return caller.machine ? 'no' : 401;
    return administers(caller) ? 'yes' : 403;
  },
  /** Administrators, but not with a token that may only read. */
  administration: (caller) => account(caller) ?? (administers(caller) ? 'yes' : 403),
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
