export type * from './store.ts';
export { delayAfter } from './guess-delay.ts';
export { relyingParty, type PasskeyService, type RelyingParty } from './passkeys.ts';
export type { FactorPrompts, OpenFactorPrompt } from './prompts.ts';
export type { SecondFactorRequirement } from './requirement.ts';
export {
  createSecondFactors,
  hasSecondFactor,
  type FactorNeed,
  type SecondFactorOptions,
  type SecondFactors,
  type SecretWrap,
} from './service.ts';
