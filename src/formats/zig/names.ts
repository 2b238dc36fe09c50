/**
 * The name that a registry gives the package with this manifest name: `my-lib` for `my_lib`. Lower case and dashes are
 * what registries list; `_` is what Zig identifiers have in their place.
 */
export function registryName(manifestName: string): string {
  return manifestName.replaceAll('_', '-');
}

/** The name under which what a client asks for is looked up: `my-lib` and `my_lib` are one package. */
export function lookupName(asked: string): string {
  return registryName(asked);
}

/** True for a name that a package of a registry may have. */
export function isRegistryName(name: string): boolean {
  return name.length <= 64 && /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(name);
}
