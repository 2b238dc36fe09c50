import { isoTime } from '../kernel/index.ts';
import { findingText, readSpec } from '../policy/index.ts';
import { whyShape, type AskedVersion, type WhyAnswer } from '../registry/index.ts';
import type { Context } from './context.ts';
import { reachableUrl } from './reachable-url.ts';
import { json } from './table.ts';

export interface WhyOptions {
  registry: string;
  json?: boolean;
}

/** Hidden versions that people are shown. */
const MOST_SHOWN = 20;

/** @param spec `demo`, `@acme/demo@1.2.3`, `demo@next` */
export async function why(
  { io, server, config }: Context,
  spec: string,
  options: WhyOptions,
): Promise<number> {
  const { pattern: name, range: version } = readSpec(spec);
  const answer = await server.askWhy(config, {
    registry: options.registry,
    name,
    version,
    ownUrl: reachableUrl(config),
    warn: (message) => io.err(`${message}\n`),
  });
  io.out(
    options.json
      ? json(whyShape(answer))
      : describe(answer)
          .map((line) => `${line}\n`)
          .join(''),
  );
  return 0;
}

function describe(answer: WhyAnswer): string[] {
  const { name, asked, origin } = answer;
  const [block] = answer.blocks;
  if (origin === null) return block ? [`${name} ${findingText({ rule: 'block', block, until: null })}`] : [];
  return [...(asked ? describeAsked(name, asked) : describeHidden(answer)), ...describeLatest(answer)];
}

function describeAsked(
  name: string,
  { version, exists, findings, exemptions, published }: AskedVersion,
): string[] {
  const spec = `${name}@${version}`;
  if (!exists) return [`There is no ${spec}.`];
  if (findings.length > 0) return findings.map((finding) => `${spec} ${findingText(finding)}`);
  const since = published === null ? '' : `; it was published at ${isoTime(published)}`;
  const exempt = exemptions.length === 0 ? '' : `, exempt from the cooldown by ${exemptions.join(', ')}`;
  return [`${spec} is not hidden${exempt}${since}.`];
}

function describeHidden({ name, versions, hidden, cooldown, registry }: WhyAnswer): string[] {
  const rule =
    cooldown === null
      ? `The registry ${registry} holds nothing of it back for being young.`
      : `The cooldown of the registry ${registry} is ${cooldown.hours} hours${exemptionText(cooldown.exemptions)}.`;
  const shown = hidden
    .slice(0, MOST_SHOWN)
    .flatMap(({ version, findings }) => findings.map((finding) => `  ${version} ${findingText(finding)}`));
  const rest = hidden.length - MOST_SHOWN;
  return [
    `${hidden.length} of ${versions} versions of ${name} are hidden${hidden.length === 0 ? '.' : ':'}`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest} older ones: --json has them all.`] : []),
    rule,
  ];
}

function exemptionText(exemptions: string[]): string {
  return exemptions.length === 0 ? '' : `, and does not touch ${exemptions.join(', ')}`;
}

function describeLatest({ latest: { published, shown } }: WhyAnswer): string[] {
  if (published === null || published === shown) return [`latest is ${shown ?? 'nothing'}.`];
  return [`latest is ${shown ?? 'nothing'} here, in place of ${published}.`];
}
