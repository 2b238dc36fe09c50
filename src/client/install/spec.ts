import { Fault } from '../../kernel/light/index.ts';
import { parseRequirement } from '../../kernel/semver/light/index.ts';
import { isPackageName } from '../registry/index.ts';
import type { Wanted } from '../resolve/index.ts';

/** Reads `NAME` (any version) or `NAME@REQUIREMENT`. Fault `bad_request`. */
export function readSpec(spec: string): Wanted {
  const at = spec.indexOf('@');
  const name = at === -1 ? spec : spec.slice(0, at);
  if (!isPackageName(name)) {
    throw new Fault(
      'bad_request',
      `${JSON.stringify(spec)} names no package: write NAME or NAME@VERSION, such as json-parser@^1.0.0.`,
    );
  }
  if (at === -1) return { name, requirement: '*' };
  const requirement = parseRequirement(spec.slice(at + 1)).text.trim();
  if (requirement !== '') return { name, requirement };
  throw new Fault(
    'bad_request',
    `${JSON.stringify(spec)} has nothing behind its @: write ${name} for any version, or ${name}@VERSION.`,
  );
}
