/**
 * The `Authorization` value that npm sends to `registry`, or null: the nearest credentials on the way from its path up
 * to its host (`//host/path/:_authToken` and the like).
 *
 * @param get a value of npm's configuration
 */
export function authorizationFor(registry: string, get: (key: string) => unknown): string | null {
  if (!URL.canParse(registry)) return null;
  const text = (key: string) => {
    const value = get(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  for (const place of placesOf(new URL(registry))) {
    const token = text(`${place}:_authToken`);
    if (token) return `Bearer ${token}`;
    const pair = text(`${place}:_auth`);
    if (pair) return `Basic ${pair}`;
    const user = text(`${place}:username`);
    const password = text(`${place}:_password`);
    if (user && password) {
      const decoded = Buffer.from(password, 'base64').toString('utf8');
      return `Basic ${Buffer.from(`${user}:${decoded}`).toString('base64')}`;
    }
  }
  return null;
}

/** `//host/a/b/`, `//host/a/b`, `//host/a/`, …, `//host`. */
function placesOf(url: URL): string[] {
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  return Array.from({ length: segments.length + 1 }, (_, up) => {
    const path = segments.slice(0, segments.length - up).map((segment) => `/${segment}`);
    const place = `//${url.host}${path.join('')}`;
    return [`${place}/`, place];
  }).flat();
}
