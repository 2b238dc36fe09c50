/** `git@host:owner/repo.git`, as git takes it in place of a URL. */
const SHORT = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)([^\s]+)$/;

/**
 * A web address of a repository for what git calls a remote: no credentials, no `.git`. Undefined for a path of this machine, which
 * is nobody else's business.
 *
 * @example 'https://github.com/acme/demo' for 'git@github.com:acme/demo.git'
 */
export function repositoryUrl(remote: string): string | undefined {
  const [, host, path] = SHORT.exec(remote) ?? [];
  const url = URL.parse(host === undefined ? remote.replace(/^git\+/, '') : `https://${host}/${path}`);
  if (url === null || !/^(https?|ssh|git):$/.test(url.protocol) || url.hostname === '') return undefined;
  const isWeb = url.protocol.startsWith('http');
  const trail = url.pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  return `${isWeb ? url.protocol : 'https:'}//${isWeb ? url.host : url.hostname}${trail}`;
}
