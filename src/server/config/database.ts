import { Complaint, isPlaceholder, parsePath } from './parse.ts';

/** Where rows are kept. */
export type DatabaseLocation =
  | { kind: 'sqlite'; /** Absolute. */ path: string }
  | { kind: 'postgresql'; /** As libpq reads it; holds the password. */ url: string };

/** `sqlite:PATH`, or a PostgreSQL connection URI (PostgreSQL manual, 34.1.1.2). */
export function parseDatabase(raw: string, cwd: string): DatabaseLocation {
  if (raw.startsWith('sqlite:')) return { kind: 'sqlite', path: parsePath(raw, 'sqlite:', cwd) };
  if (!/^postgres(ql)?:\/\//.test(raw)) {
    throw new Complaint('is not a database: write sqlite:PATH or postgresql://USER:PASSWORD@HOST/NAME.');
  }
  if (isPlaceholder(passwordOf(raw))) {
    throw new Complaint('holds a placeholder where the password belongs: put the real password there.');
  }
  return { kind: 'postgresql', url: raw };
}

function passwordOf(raw: string): string {
  try {
    const url = new URL(raw);
    decodeURIComponent(url.username + url.pathname);
    // An odd character in the password can end the authority early, and leave something that still parses.
    const cut = url.hash !== '' || (raw.includes('@') && url.username + url.password === '');
    if (!cut) return decodeURIComponent(url.password);
  } catch {
    // Falls through to the same advice.
  }
  throw new Complaint(
    'cannot be read as a URL: percent-encode what is odd in user, password and name (/ is %2F, # is %23, % is %25).',
  );
}

/** The location for people: the password, in the authority or in the query, is masked. */
export function showDatabase(location: DatabaseLocation): string {
  if (location.kind === 'sqlite') return `sqlite:${location.path}`;
  const url = new URL(location.url);
  if (url.password !== '') url.password = '***';
  for (const name of ['password', 'sslpassword']) {
    if (url.searchParams.has(name)) url.searchParams.set(name, '***');
  }
  return url.href;
}
