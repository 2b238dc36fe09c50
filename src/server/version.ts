import { readFileSync } from 'node:fs';

/** The version of this release. `package.json` lies two folders up, in a clone as in the published package. */
export function kontorVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
