import { Misuse } from './command.ts';

/** `demo@1.2.3`, or `demo` with the version that an option says. Throws Misuse if there is none, or two that differ. */
export function versionSpec(spec: string, option?: string): { name: string; version: string } {
  const { name, version = option } = nameAndVersion(spec);
  if (option?.trim() === '') throw new Misuse("option '--version VERSION' needs a value");
  if (version === undefined) throw new Misuse(`which version of ${name}? Say ${name}@VERSION`);
  if (option !== undefined && option !== version) {
    throw new Misuse(`'${spec}' and --version ${option} are two versions`);
  }
  return { name, version };
}

/** What is before the first `@`, and what is behind it if there is one. Throws Misuse for a `@` with nothing behind it. */
export function nameAndVersion(spec: string): { name: string; version: string | undefined } {
  const at = spec.indexOf('@');
  if (at < 0) return { name: spec, version: undefined };
  const [name, version] = [spec.slice(0, at), spec.slice(at + 1)];
  if (version.trim() === '') throw new Misuse(`'${spec}' has nothing behind its @`);
  return { name, version };
}
