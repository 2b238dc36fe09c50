import { isFault } from '../../kernel/light/index.ts';
import { parseRequirement, type Requirement } from '../../kernel/semver/light/index.ts';
import type { RequirementReader } from './known-package.ts';

/** Reads each text once: thousands of packages want `^1.0.0`. */
export function requirementReader(): RequirementReader {
  const known = new Map<string, Requirement | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, readable(text));
    return known.get(text);
  };
}

function readable(text: string): Requirement | undefined {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}
