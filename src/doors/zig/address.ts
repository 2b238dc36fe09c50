import { Fault } from '../../kernel/index.ts';

const LONGEST = 1000;

/**
 * The address of an archive, as it is looked up: host and path, percent-encoded as in a URL. Fault `bad_request` for what is none,
 * and for what would be another one once a URL was made of it.
 *
 * @param text without scheme, percent-decoded: `github.com/a/b/archive/v1.tar.gz`
 */
export function readAddress(text: string): string {
  const [host = '', ...segments] = text.split('/');
  const isPath = segments.length > 0 && segments.every((segment) => !/^(|\.|\.\.)$/.test(segment));
  const isHost = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/.test(host);
  if (!isHost || !isPath || text.length > LONGEST || !text.isWellFormed()) {
    throw new Fault(
      'bad_request',
      'Write the address of the archive behind the hash, without https://: /mirror/<hash>/example.com/path/to/it.tar.gz',
    );
  }
  const url = `https://${host}/${segments.map(encodeSegment).join('/')}`;
  if (!URL.canParse(url)) throw new Fault('bad_request', `${JSON.stringify(host)} is not a host.`);
  const { host: canonical, pathname } = new URL(url);
  return canonical + pathname;
}

/** As `encodeURIComponent`, but what a path may hold as it is stays (RFC 3986, section 3.3): servers need not take both for one. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(/%(?:2[46BC]|3[ABD]|40)/g, decodeURIComponent);
}
