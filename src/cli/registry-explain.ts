import { isoTime } from '../kernel/index.ts';
import type { Explanation, ExplanationDetails } from '../registry/index.ts';
import { withKontor, type Context } from './context.ts';
import { registryNamed, type InRegistry } from './registry-claims.ts';
import { json } from './table.ts';

export function registryExplain(
  context: Context,
  name: string,
  options: InRegistry & { json?: boolean },
): Promise<number> {
  return withKontor(context, async (kontor) => {
    const registry = await registryNamed(kontor, options.registry);
    const explanation = await kontor.explainer.explainAll(registry, name);
    context.io.out(options.json ? json(withTimes(explanation)) : `${lines(explanation).join('\n')}\n`);
    return 0;
  });
}

/** For people: whose it is and why, who is asked, what is stored. */
export function lines(explanation: Explanation): string[] {
  const { name, registry, details } = explanation;
  const where = `${name} in ${registry}`;
  return [...whose(where, explanation), ...(details ? whoIsAsked(explanation, details) : [])];
}

function whose(where: string, { origin, since, by, versions, details }: Explanation): string[] {
  const claim = details?.claim ?? null;
  switch (origin) {
    case 'ours':
      return [
        `${where} is ours: published here first ${at(since)}${by === null ? '' : ` by ${by}`}.`,
        ...(claim ? [`It is claimed too: ${claimText(claim)}.`] : []),
        'No upstream is asked for it.',
      ];
    case 'claimed':
      return [
        `${where} is claimed${claim ? `: ${claimText(claim)}` : ''}.`,
        'Nothing was published here yet, and no upstream is asked for it.',
        ...(versions > 0
          ? [
              `Stored versions of the upstream's package (${versions}) are not shown, and go with the first publish here.`,
            ]
          : []),
      ];
    case 'upstream':
      return [
        `${where} is the upstream's: its first file was served here ${at(since)}; versions stored: ${versions}.`,
        'An administrator can make it ours: kontor registry claim.',
      ];
    case 'free':
      return [
        `${where} is free: whoever publishes it here first owns it; once a file of an upstream's package was served here, it is the upstream's.`,
      ];
  }
}

function whoIsAsked({ origin }: Explanation, { asks, offline, document }: ExplanationDetails): string[] {
  if (origin === 'ours' || origin === 'claimed') return [];
  const asked = asks.map(({ name, url, pattern }) => {
    const why = pattern === null ? 'which may have any name' : `by its pattern ${pattern}, and nobody else`;
    return `  ${name} (${url}), ${why}`;
  });
  return [
    ...(asked.length === 0 ? ['No upstream is in question.'] : ['Asked, in this order:', ...asked]),
    ...(offline ? ['The registry is offline: nobody is asked now.'] : []),
    ...(document ? [documentText(document)] : ['No document of it is stored.']),
  ];
}

function documentText({
  status,
  upstream,
  checkedAt,
  freshUntil,
}: NonNullable<ExplanationDetails['document']>): string {
  const what = status === 'found' ? 'Its document' : 'That there is none';
  const from = upstream === null ? '' : ` from ${upstream.split(' ').join(', ')}`;
  const fresh =
    freshUntil === null ? 'to be asked for again at the next read' : `fresh until ${isoTime(freshUntil)}`;
  return `${what} is stored${from}, confirmed ${at(checkedAt)}, ${fresh}.`;
}

function claimText({
  pattern,
  from,
  by,
  at: since,
  reason,
}: NonNullable<ExplanationDetails['claim']>): string {
  if (from === 'settings') return `${pattern} in kontor.yaml`;
  return `${pattern}, by ${by ?? 'nobody'} ${at(since)}${reason === null ? '' : ` (${reason})`}`;
}

function at(ms: number | null): string {
  return ms === null ? 'at a time that is not known' : `at ${isoTime(ms)}`;
}

function withTimes(explanation: Explanation) {
  const { since, details } = explanation;
  return {
    ...explanation,
    since: text(since),
    details: details && {
      ...details,
      claim: details.claim && { ...details.claim, at: text(details.claim.at) },
      document: details.document && {
        ...details.document,
        fetchedAt: text(details.document.fetchedAt),
        checkedAt: text(details.document.checkedAt),
        freshUntil: text(details.document.freshUntil),
      },
    },
  };
}

function text(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}
