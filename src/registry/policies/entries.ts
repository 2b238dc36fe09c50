import type { KeyWrap } from '../signer.ts';
import type { PolicySettings, UpstreamEntry } from './settings.ts';
import type { ReadPolicy, ReadUpstream } from './written/index.ts';

/**
 * What was written, as it is to be kept: secrets wrapped, and credentials of before where none were given, but never for another
 * origin than they were given for.
 */
export function keepPolicy(
  { settings, upstreams }: ReadPolicy,
  before: readonly UpstreamEntry[],
  wrap: KeyWrap,
): PolicySettings {
  return {
    ...(upstreams && { upstreams: upstreams.map((each) => keepUpstream(each, before, wrap)) }),
    ...settings,
  };
}

function keepUpstream(
  { entry, credentials, place }: ReadUpstream,
  before: readonly UpstreamEntry[],
  wrap: KeyWrap,
): UpstreamEntry {
  const { authorization: given, ...rest } = entry;
  if (typeof given === 'string') return { ...rest, authorization: wrap.wrap(given) };
  const known = before.find(({ name }) => name === entry.name);
  const kept = known !== undefined && isSameOrigin(known.url, entry.url) ? known.authorization : undefined;
  if (typeof kept === 'string' && credentials !== false) return { ...rest, authorization: kept };
  if (credentials === true) {
    place
      .at('credentials')
      .complain(
        'is true, but there are none for this host: give token, username and password, or authorization.',
      );
  }
  return rest;
}

function isSameOrigin(one: string, other: string): boolean {
  // `npm` is no URL: where it leads is not for us to know.
  if (!URL.canParse(one) || !URL.canParse(other)) return false;
  return new URL(one).origin === new URL(other).origin;
}
