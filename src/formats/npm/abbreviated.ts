/** What an install needs of a version, in the order of the registry's own answers (npm wire notes, "Abbreviated"); `dist` is added when it is served. */
const FIELDS = [
  'name',
  'version',
  'deprecated',
  'dependencies',
  'optionalDependencies',
  'devDependencies',
  'bundleDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'acceptDependencies',
  'bin',
  'directories',
  'engines',
  'cpu',
  'os',
  'libc',
  'funding',
  '_hasShrinkwrap',
];

/** The short document of a version from its full one. */
export function abbreviatedVersion(manifest: Record<string, unknown>): Record<string, unknown> {
  const fields = FIELDS.filter((field) => Object.hasOwn(manifest, field));
  const short: Record<string, unknown> = Object.fromEntries(fields.map((field) => [field, manifest[field]]));
  // Authors write either spelling; readers of the short form know one.
  if (!fields.includes('bundleDependencies') && Object.hasOwn(manifest, 'bundledDependencies')) {
    short['bundleDependencies'] = manifest['bundledDependencies'];
  }
  if (hasInstallScript(manifest)) short['hasInstallScript'] = true;
  return short;
}

function hasInstallScript({ hasInstallScript: known, scripts }: Record<string, unknown>): boolean {
  if (typeof known === 'boolean') return known;
  if (typeof scripts !== 'object' || scripts === null) return false;
  return ['preinstall', 'install', 'postinstall'].some((script) => Object.hasOwn(scripts, script));
}
