export { isTrusted, mayMachinePublish, type MachineDecision, type MachineFacts } from './machine.ts';
export { coversName, inQuestion, isNamePattern, matchesName, type InQuestion } from './names.ts';
export { isInSight, previewFault, previewSight, previewStanding, type PreviewSight } from './previews.ts';
export {
  changeFault,
  mayChange,
  mayMark,
  mayPublish,
  publishFault,
  type WriteDecision,
  type WriteFacts,
} from './publish.ts';
export {
  askerOf,
  isEnough,
  mayRead,
  readerId,
  rightOn,
  seesRegistry,
  type Asker,
  type Right,
} from './rights.ts';
export { readsAsOwner, type Target } from './token-limits.ts';
export { isSimilar, plain } from './similar.ts';
export { scopeOf, type PublishSetting, type Standing, type Visibility } from './standing.ts';
export * from './gate/index.ts';
export * from './limits/index.ts';
