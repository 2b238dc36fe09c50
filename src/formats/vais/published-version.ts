import { Fault } from '../../kernel/index.ts';
import { strictVersion } from './versions.ts';

const LONGEST = 100;

/**
 * Refuses what `strictVersion` does, and versions that nobody can publish: its archive's address would be read as that of another one,
 * and not every reader of versions takes a number of any length. Fault `version_invalid`.
 */
export function checkPublishedVersion(text: string): void {
  const version = strictVersion(text);
  const [, prerelease = ''] = /^[^-+]*-([^+]*)/.exec(version) ?? [];
  const hasLongNumber = prerelease.split('.').some((part) => /^\d{16,}$/.test(part));
  if (version.length <= LONGEST && !hasLongNumber && !/\.tar\.gz$/i.test(version)) return;
  throw new Fault(
    'version_invalid',
    `The version ${JSON.stringify(version.slice(0, 120))} is refused: one that is published has at most ${LONGEST} characters and no number of more than 15 digits, and does not end in .tar.gz.`,
  );
}
