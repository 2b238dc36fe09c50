export type { DatabaseLocation } from './database.ts';
export { configurationTable, describeConfig } from './describe.ts';
export { loadConfig, type Config, type LoadOptions, type Source } from './load.ts';
export { logLevels, type LogLevel } from './log-level.ts';
export { isLoopback } from './parse.ts';
export { profileNames, type ProfileName } from './profiles.ts';
export type { NpmUpstream, SettingName, Values } from './values.ts';
export type { LimitChoice } from './limit-settings.ts';
