/**
 * What to type to install a preview, a line for each package manager. yarn takes an address for a package only if it ends with `.tgz`,
 * and wants to be told the name.
 */
export function installLines({ name, url }: { name: string; url: string }): string[] {
  return [`npm i ${url}`, `pnpm add ${url}`, `yarn add ${name}@${url}.tgz`, `bun add ${url}`];
}

/** The short address of a preview, as pkg.pr.new has it: `https://packages.example.com/@acme/demo@1a2b3c4`. */
export function compactUrl(server: string, { name, sha }: { name: string; sha: string }): string {
  return `${server}/${name}@${sha.slice(0, 7)}`;
}
