export { advising, finding, type Advising, type Finding, type Knowledge } from './advising.ts';
export { impatient, upstreamClient } from './client.ts';
export { connectProxy, type ConnectProxy } from './connect-proxy.ts';
export * from './misbehaviour.ts';
export * from './packages.ts';
export * from './pace.ts';
export { recordingCatalogue, type RecordingCatalogue } from './recording-catalogue.ts';
export * from './routing.ts';
export {
  scriptedUpstream,
  type Script,
  type ScriptedUpstream,
  type UpstreamOptions,
} from './scripted-upstream.ts';
