export { blockedFault, findingText, hiddenFault, type Refused } from './fault.ts';
export { judge, judgeVersions, type Finding, type JudgedVersion, type Judgement } from './judge.ts';
export type { VersionRanges } from './ranges.ts';
export {
  gateRules,
  openRules,
  wholeBlock,
  type Block,
  type Cooldown,
  type Exemption,
  type GateRules,
} from './rules.ts';
export { readSpec, type VersionSpec } from './spec.ts';
export { repairTags, type GoodVersion } from './tags.ts';
