import type { VersionRow } from '../../../registry/index.ts';
import { distText } from '../shapes.ts';
import type { Form } from './document.ts';

/** One version as JSON text: what the format made, with `dist` and, in full, its maintainers. */
export function versionText(
  version: Omit<VersionRow, 'publishedAt'>,
  name: string,
  form: Form,
  base: string,
  maintainers: string | undefined,
): string {
  const text = form === 'full' ? version.manifest : version.summary;
  const artifact = version.artifacts[0];
  const more = [
    maintainers === undefined ? '' : `,"maintainers":${maintainers}`,
    version.deprecated === null ? '' : `,"deprecated":${JSON.stringify(version.deprecated)}`,
    artifact ? `,"dist":${distText(base, name, version, artifact)}` : '',
  ];
  return `${text.slice(0, -1)}${more.join('')}}`;
}
