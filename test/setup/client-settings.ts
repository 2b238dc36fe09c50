import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the settings of every client into a home folder: the registry (`http://…/npm/`), and a token for it if there is
 * one. All but yarn 4 read `.npmrc`; yarn 1 has a default of its own besides, and reads the token from there.
 */
export function writeSettings(home: string, registry: string, token?: string): void {
  const npmrc = [`registry=${registry}`];
  if (token !== undefined) npmrc.push(`${registry.replace(/^https?:/, '')}:_authToken=${token}`);
  writeFileSync(join(home, '.npmrc'), lines(npmrc));
  writeFileSync(join(home, '.yarnrc'), `registry ${JSON.stringify(registry)}\n`);
  writeFileSync(join(home, '.yarnrc.yml'), lines(yarnBerry(registry, token)));
}

function yarnBerry(registry: string, token?: string): string[] {
  return [
    `npmRegistryServer: ${JSON.stringify(registry)}`,
    ...(token === undefined ? [] : [`npmAuthToken: ${JSON.stringify(token)}`]),
    'unsafeHttpWhitelist: ["127.0.0.1"]',
    // It passes over versions of the last days, and tests have no older ones.
    'npmMinimalAgeGate: 0',
    'enableGlobalCache: false',
    'enableTelemetry: false',
    'enableColors: false',
  ];
}

function lines(all: string[]): string {
  return `${all.join('\n')}\n`;
}
