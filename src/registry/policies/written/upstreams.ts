import { readHostPattern } from '../../../kernel/index.ts';
import type { UpstreamTimeouts } from '../../ports/index.ts';
import type { UpstreamEntry } from '../settings.ts';
import { credentialKeys, readCredentials, type SecretLookup } from './credentials.ts';
import { notAPattern, readDuration, readFlag, readList, readText } from './fields.ts';
import type { Place } from './place.ts';

const MOST_UPSTREAMS = 50;
const timeoutKeys = ['connect', 'headers', 'idle', 'document', 'artifact'] as const;
const durationKeys = ['freshness', 'missingFreshness', 'patience'] as const;
const keys = ['name', 'url', 'names', 'allowHosts', 'allowPrivate', 'timeouts', ...durationKeys];

/** An upstream as it was written; its secret, if there is one, is not wrapped yet. */
export interface ReadUpstream {
  entry: UpstreamEntry;
  /** See `ReadCredentials`. */
  credentials: boolean | undefined;
  place: Place;
}

export function readUpstreams(
  place: Place,
  value: unknown,
  lookup: SecretLookup | undefined,
): ReadUpstream[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return place.complain('is no list: write one of upstreams, in order.');
  if (value.length > MOST_UPSTREAMS) return place.complain(`has more than ${MOST_UPSTREAMS} entries.`);
  const read = value.flatMap((each: unknown, index) => readUpstream(place.at(index), each, lookup) ?? []);
  const seen = new Set<string>();
  for (const { entry, place: at } of read) {
    if (seen.has(entry.name)) {
      at.complain(`is the second upstream called ${entry.name}: give it a name of its own.`);
    }
    seen.add(entry.name);
  }
  return read;
}

function readUpstream(
  place: Place,
  value: unknown,
  lookup: SecretLookup | undefined,
): ReadUpstream | undefined {
  const given = place.object(value, [...keys, ...credentialKeys(lookup)]);
  if (given === undefined) return undefined;
  const url = readUrl(place.at('url'), given['url']);
  const name = readName(place.at('name'), given['name'] ?? (url && nameOf(url)));
  const names = readList(place.at('names'), given['names'], notAPattern);
  const allowHosts = readList(place.at('allowHosts'), given['allowHosts'], notAHost);
  const allowPrivate = readFlag(place.at('allowPrivate'), given['allowPrivate']);
  const timeouts = readTimeouts(place.at('timeouts'), given['timeouts']);
  const { authorization, credentials } = readCredentials(place, given, lookup);
  const durations = Object.fromEntries(
    durationKeys.flatMap((key) => {
      const duration = readDuration(place.at(key), given[key]);
      return duration === undefined ? [] : [[key, duration]];
    }),
  );
  if (url === undefined || name === undefined) return undefined;
  const entry = {
    name,
    url,
    ...(names && { names }),
    ...(authorization !== undefined && { authorization }),
    ...(allowHosts && { allowHosts }),
    ...(allowPrivate !== undefined && { allowPrivate }),
    ...(timeouts && { timeouts }),
    ...durations,
  };
  return { entry, credentials, place };
}

/** An http(s) URL that ends with a slash, or the word `npm`. */
function readUrl(place: Place, value: unknown): string | undefined {
  if (value === undefined) return place.complain('is missing: write the address of the registry.');
  const text = readText(place, value);
  if (text === undefined || text === 'npm') return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return place.complain('is not a web address: write one such as https://npm.example.com/, or npm.');
  }
  if (url.username !== '' || url.password !== '') {
    return place.complain('holds credentials: write them beside it, as token, or username and password.');
  }
  if (/[?#]/.test(text))
    return place.complain('holds a query or a fragment: write scheme, host and path only.');
  return url.origin + (url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`);
}

function nameOf(url: string): string {
  return url === 'npm'
    ? url
    : new URL(url).host.replaceAll(/[^a-z0-9.]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
}

function readName(place: Place, value: unknown): string | undefined {
  const text = readText(place, value);
  if (text === undefined || /^[a-z0-9][a-z0-9._-]{0,99}$/.test(text)) return text;
  return place.complain('is no name of an upstream: write small letters, digits, dots and hyphens.');
}

function notAHost(text: string): string | undefined {
  try {
    readHostPattern(text);
    return undefined;
  } catch {
    return 'is no host: write host, host:port or *.domain, without scheme and path.';
  }
}

function readTimeouts(place: Place, value: unknown): Partial<UpstreamTimeouts> | undefined {
  if (value === undefined) return undefined;
  const given = place.object(value, timeoutKeys) ?? {};
  return Object.fromEntries(
    timeoutKeys.flatMap((key) => {
      const timeout = readDuration(place.at(key), given[key]);
      return timeout === undefined ? [] : [[key, timeout]];
    }),
  );
}
