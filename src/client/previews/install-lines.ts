import type { PublishedPreview } from './publish.ts';

/**
 * What to type to install a preview, a line for each package manager. yarn takes an address for a package only if it ends with `.tgz`,
 * and wants to be told the name; pnpm takes packages that depend on an address only if it is told so.
 */
export function installLines({ name, url, hasSiblings }: PublishedPreview): string[] {
  const exotic = hasSiblings ? '--config.blockExoticSubdeps=false ' : '';
  return [`npm i ${url}`, `pnpm add ${exotic}${url}`, `yarn add ${name}@${url}.tgz`, `bun add ${url}`];
}

/** The short address of a preview, as pkg.pr.new has it: `https://packages.example.com/@acme/demo@1a2b3c4`. */
export function compactUrl(server: string, { name, sha }: { name: string; sha: string }): string {
  return `${server}/${name}@${sha.slice(0, 7)}`;
}
