/** A browser without script: keeps cookies, follows redirects, and says where its requests come from. */
export interface Browser {
  /** Cookies by origin and name, for a test to steal or lose. */
  cookies: Map<string, Map<string, string>>;
  get(url: string): Promise<Visit>;
  /** Sends a form of the page that it is at. */
  submit(url: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Visit>;
  /** One step without following redirects. */
  step(url: string, init?: RequestInit): Promise<Visit>;
}

export interface Visit {
  /** Where the redirects led. */
  url: string;
  status: number;
  text: string;
  location: string | null;
}

const MOST_REDIRECTS = 20;

/** `stopAt`: a URL that begins so is not gone to; the visit ends with it as `location`. */
export function browser({ stopAt }: { stopAt?: () => string | undefined } = {}): Browser {
  const cookies = new Map<string, Map<string, string>>();

  async function step(url: string, init: RequestInit = {}): Promise<Visit> {
    const { origin } = new URL(url);
    const jar = cookies.get(origin) ?? new Map<string, string>();
    cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...(cookie !== '' && { cookie }), ...(init.headers as Record<string, string>) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0\b|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    const location = response.headers.get('location');
    return {
      url,
      status: response.status,
      text: await response.text(),
      location: location === null ? null : new URL(location, url).href,
    };
  }

  async function follow(first: Visit): Promise<Visit> {
    let visit = first;
    for (let count = 0; count < MOST_REDIRECTS && visit.location !== null; count += 1) {
      const stop = stopAt?.();
      if (stop !== undefined && visit.location.startsWith(stop)) return visit;
      visit = await step(visit.location);
    }
    return visit;
  }

  return {
    cookies,
    step,
    get: async (url) => follow(await step(url)),
    submit: async (url, fields = {}, headers = {}) =>
      follow(
        await step(url, {
          method: 'POST',
          body: new URLSearchParams(fields),
          headers: { 'sec-fetch-site': 'same-origin', origin: new URL(url).origin, ...headers },
        }),
      ),
  };
}
