export { BlockKeeper, type BlockWish } from './block-keeper.ts';
export { assertNotBlocked, Gate, type GateOptions, type NameRules } from './gate.ts';
