export {
  admitGuess,
  confirmTotp,
  enrolTotp,
  removeFactors,
  removeTotp,
  replaceRecoveryCodes,
  setFactorMode,
  useRecoveryCode,
  useTotp,
} from './codes.ts';
export {
  addPasskey,
  removePasskey,
  renamePasskey,
  startChallenge,
  takeChallenge,
  usePasskey,
} from './passkeys.ts';
export { passPrompt, redeemPrompt, startPrompt, usePass } from './prompts.ts';
