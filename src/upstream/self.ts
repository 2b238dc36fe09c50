/**
 * True if `target` is one of our own addresses or below one: the same origin and a path that begins with ours. The
 * names of this machine's loopback are one host, since a server that listens on one of them is usually reached by all.
 */
export function isOwnUrl(target: URL, ownUrls: string[]): boolean {
  return ownUrls.some((text) => {
    if (!URL.canParse(text)) return false;
    const own = new URL(text);
    return originOf(own) === originOf(target) && folderOf(target).startsWith(folderOf(own));
  });
}

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f:]*\])$/;

function originOf(url: URL): string {
  const host = url.hostname.replace(/\.$/, '');
  return `${url.protocol}//${LOOPBACK.test(host) ? 'localhost' : host}:${url.port}`;
}

function folderOf(url: URL): string {
  return url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
}
