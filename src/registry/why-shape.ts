import { isoTime } from '../kernel/index.ts';
import { findingText, type Finding } from '../policy/index.ts';
import type { HiddenVersion, WhyAnswer } from './why.ts';

/** The answer as scripts read it, at the command line and from the first-party API alike: times are ISO 8601 in UTC. */
export function whyShape({ blocks, hidden, asked, ...answer }: WhyAnswer) {
  return {
    ...answer,
    blocks: blocks.map(({ since, ...block }) => ({ ...block, since: isoTime(since) })),
    hidden: hidden.map(versionShape),
    asked: asked && { ...asked, ...versionShape(asked) },
  };
}

function versionShape({ version, published, findings }: HiddenVersion) {
  return {
    version,
    published: published === null ? null : isoTime(published),
    findings: findings.map(findingShape),
  };
}

function findingShape(finding: Finding) {
  const { rule, until } = finding;
  const block = finding.rule === 'block' ? finding.block : null;
  return {
    rule,
    /** Goes behind the name of the version. */
    text: findingText(finding),
    block: block?.id ?? null,
    until: until === null ? null : isoTime(until),
  };
}
