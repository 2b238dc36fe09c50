export { addTrust, removeTrust, setTrustedOnly } from './rules.ts';
export { assertTrusted, issueMachineToken } from './tokens.ts';
