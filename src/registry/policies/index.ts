export { mergePatch } from './merge.ts';
export { PolicyKeeper, type EditedPolicy, type SeenPolicy } from './policy-keeper.ts';
export { RegistryPolicies } from './registry-policies.ts';
export { resolvePolicy, type PolicyDefaults, type PolicySettings, type UpstreamEntry } from './settings.ts';
export * from './written/index.ts';
