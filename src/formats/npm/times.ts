import { isObject } from './json.ts';

/** When a packument's `time` says that a version was published, milliseconds; null if that is no time. */
export function publishedAt(time: unknown, version: string): number | null {
  const text = isObject(time) && Object.hasOwn(time, version) ? time[version] : undefined;
  const at = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
