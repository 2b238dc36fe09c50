import { Fault, isAllowedHost, readHostPattern, type HostPattern } from '../kernel/index.ts';
import { isOwnUrl } from './self.ts';

export interface PlacesOptions {
  /** What people call the upstream. */
  name: string;
  /** See `UpstreamSettings.allowHosts`. */
  allowHosts: readonly string[];
  /** Base URLs at which this server is reached. */
  ownUrls: () => string[];
}

/** Where a file is asked for. */
export interface Located {
  url: URL;
  /** The host that the document names, if that is not asked; else null. */
  instead: string | null;
}

/**
 * Which URLs may be asked on behalf of an upstream: its own origin, the hosts that its operator allows, and nobody else, least of
 * all ourselves, whatever a document or a redirect says (SSRF).
 */
export class Places {
  /** Ends with a slash; without user name, query and fragment. */
  readonly base: URL;
  readonly #name: string;
  readonly #hosts: readonly HostPattern[];
  readonly #ownUrls: () => string[];

  /** Fault `config_invalid` for a URL or a host that is none. */
  constructor(base: URL, { name, allowHosts, ownUrls }: PlacesOptions) {
    this.base = base;
    this.#name = name;
    this.#hosts = allowHosts.map(readHostPattern);
    this.#ownUrls = ownUrls;
  }

  /** URL of a path (percent-encoded, no leading slash) below the base. */
  below(path: string): URL {
    const url = new URL(this.base);
    url.pathname = this.base.pathname + path;
    if (!url.pathname.startsWith(this.base.pathname)) throw this.refused('a path leads out of it');
    return url;
  }

  /**
   * Where to ask for what a document locates at `text`: there, as it stands, if that is our upstream's origin or a host that is
   * allowed; else at the same path of our upstream, below its base path, for mirrors and proxies often hand out the URLs of the
   * registry behind them.
   */
  located(text: string): Located {
    const there = bare(new URL(text));
    if (this.isHome(there) || this.#isAllowed(there)) return { url: there, instead: null };
    const url = new URL(this.base);
    const isBelow = there.pathname.startsWith(this.base.pathname);
    url.pathname = isBelow ? there.pathname : this.base.pathname + there.pathname.slice(1);
    url.search = there.search;
    return { url, instead: there.host };
  }

  /** Where a redirect leads; Fault `upstream_failed` if nobody may be asked there. */
  redirected(location: string, from: URL): URL {
    if (!URL.canParse(location, from.href)) throw this.refused('it redirects to what is no URL');
    const target = bare(new URL(location, from));
    if (!this.isHome(target) && !this.#isAllowed(target)) {
      throw this.refused(`it redirects to ${target.host || target.protocol}, ${this.advice(target)}`);
    }
    this.check(target);
    return target;
  }

  /** The last gate before a request: Fault `upstream_failed` for a URL that may not be asked. */
  check(url: URL): void {
    if (!this.isHome(url) && !this.#isAllowed(url)) {
      throw this.refused(`it leads to ${url.host || url.protocol}, ${this.advice(url)}`);
    }
    if (isOwnUrl(url, this.#ownUrls())) throw this.refused('it leads back to this server itself');
  }

  /** True for the origin that the operator or npm's configuration named: trusted as typed, whatever its address. */
  isHome(url: URL): boolean {
    return url.origin === this.base.origin;
  }

  /** A clause: what an operator would have to set for this host to be asked. */
  advice(url: URL): string {
    if (!/^https?:$/.test(url.protocol)) return 'which is neither http nor https';
    if (this.#isWeaker(url)) return 'which is http where the upstream is https';
    return `which is not allowed: if it is to be, add ${url.host} to allowHosts of the upstream ${this.#name}`;
  }

  /** The Fault for an answer that leads where we do not go; `reason` is a clause. */
  refused(reason: string): Fault {
    return new Fault(
      'upstream_failed',
      `The upstream registry ${this.base.host} gave an answer that is not followed: ${reason}.`,
    );
  }

  #isAllowed(url: URL): boolean {
    return /^https?:$/.test(url.protocol) && !this.#isWeaker(url) && isAllowedHost(url, this.#hosts);
  }

  #isWeaker({ protocol }: URL): boolean {
    return this.base.protocol === 'https:' && protocol === 'http:';
  }
}

/** Without what could carry secrets to another host, or is not for hosts. */
function bare(url: URL): URL {
  url.username = '';
  url.password = '';
  url.hash = '';
  return url;
}
