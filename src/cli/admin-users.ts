import type { User } from '../accounts/index.ts';
import { isoTime } from '../kernel/index.ts';
import { theCommandLine } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

export interface ListUsersOptions {
  role?: User['role'];
  disabled?: boolean;
  json?: boolean;
}

/** Rows read at once. */
const PAGE = 1000;

/** Every user by name, a line each. */
export function listUsers({ io, ...context }: Context, options: ListUsersOptions): Promise<number> {
  const { role, disabled } = options;
  return withKontor({ io, ...context }, async ({ users }) => {
    const rows = [];
    for (let after: string | null = null; ;) {
      const page = await users.list({
        after,
        limit: PAGE,
        ...(role !== undefined && { role }),
        ...(disabled === true && { disabled }),
      });
      rows.push(...page);
      after = page.at(-1)?.name ?? null;
      if (page.length < PAGE) break;
    }
    const shown = rows.map(({ name, role: own, email, emailVerified, disabledAt, createdAt }) => ({
      name,
      role: own,
      state: disabledAt === null ? 'active' : 'disabled',
      email,
      emailVerified,
      createdAt: isoTime(createdAt),
    }));
    io.out(
      options.json
        ? json(shown)
        : table([
            ['NAME', 'ROLE', 'STATE', 'EMAIL', 'CREATED'],
            ...shown.map((row) => [row.name, row.role, row.state, row.email ?? '-', row.createdAt]),
          ]),
    );
    return 0;
  });
}

export function setRole(context: Context, name: string, role: User['role']): Promise<number> {
  return withKontor(context, async ({ users }) => {
    await users.setRole(name, role, theCommandLine);
    context.io.out(`${name} is now ${role === 'administrator' ? 'an administrator' : 'a user'}\n`);
    return 0;
  });
}

/** The user's sessions end, and their tokens open nothing, at once on every replica. */
export function disableUser(context: Context, name: string): Promise<number> {
  return withKontor(context, async ({ users }) => {
    await users.disable(name, theCommandLine);
    context.io.out(`disabled ${name}\n`);
    return 0;
  });
}

export function enableUser(context: Context, name: string): Promise<number> {
  return withKontor(context, async ({ users }) => {
    await users.enable(name, theCommandLine);
    context.io.out(`enabled ${name}\n`);
    return 0;
  });
}

export function deleteUser(context: Context, name: string, { heir }: { heir?: string }): Promise<number> {
  return withKontor(context, async ({ users }) => {
    const { inherited } = await users.remove(name, { heir }, theCommandLine);
    const packages = `${inherited} ${inherited === 1 ? 'package' : 'packages'}`;
    context.io.out(
      `deleted ${name}${heir === undefined ? '' : `; ${heir} now owns ${packages} of theirs`}\n`,
    );
    return 0;
  });
}
