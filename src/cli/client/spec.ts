import { Misuse } from './command.ts';

/** `demo@1.2.3`, or `demo` with the version that an option says. Throws Misuse if there is none, or two that differ. */
export function versionSpec(spec: string, option?: string): { name: string; version: string } {
  const { name, version = option } = nameAndVersion(spec);
  if (version === undefined) throw new Misuse(`which version of ${name}? Say ${name}@VERSION`);
  if (option !== undefined && option !== version) {
    throw new Misuse(`'${spec}' and --version ${option} are two versions`);
  }
  return { name, version };
}

/** What is before the first `@`, and what is behind it if there is one. */
export function nameAndVersion(spec: string): { name: string; version: string | undefined } {
  const at = spec.indexOf('@');
  if (at < 0) return { name: spec, version: undefined };
  return { name: spec.slice(0, at), version: spec.slice(at + 1) };
}
