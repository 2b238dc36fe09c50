import {
  Place,
  readPolicy,
  showPolicy,
  type PolicySettings,
  type SecretLookup,
} from '../../registry/index.ts';
import type { Source } from './load.ts';

/** The section `registries` of a settings file. */
export interface RegistriesSection {
  file: string;
  value: unknown;
}

/** What the section says of each registry; secrets are as they are. `lookup` gives variables of the environment. */
export function readRegistries(
  section: RegistriesSection | undefined,
  problems: string[],
  lookup: SecretLookup,
): ReadonlyMap<string, PolicySettings> {
  const found = new Map<string, PolicySettings>();
  if (section === undefined) return found;
  const all = new Place(problems, 'registries', ` in ${section.file}`);
  if (typeof section.value !== 'object' || section.value === null || Array.isArray(section.value)) {
    all.complain('is no map: write names of registries with their settings below them.');
    return found;
  }
  for (const [name, value] of Object.entries(section.value)) {
    const { settings, upstreams } = readPolicy(all.at(name), value ?? {}, lookup);
    for (const { credentials, place } of upstreams ?? []) {
      if (credentials !== undefined) {
        place.at('credentials').complain('is for the API: write token, username and password, or nothing.');
      }
    }
    const entries = upstreams?.map(({ entry }) => entry);
    found.set(name, { ...(entries && { upstreams: entries }), ...settings });
  }
  return found;
}

/** Every leaf with its path, secrets masked. */
export function describeRegistries(
  registries: ReadonlyMap<string, PolicySettings>,
  section: RegistriesSection | undefined,
): Source[] {
  return [...registries].flatMap(([name, settings]) =>
    [...leaves(showPolicy(settings), `registries.${name}`)].map(([path, value]) => ({
      name: path,
      value,
      source: `registries in ${section?.file}`,
    })),
  );
}

function* leaves(value: unknown, path: string): Generator<[string, string]> {
  const isList = Array.isArray(value);
  if (isList && value.every((each) => typeof each !== 'object')) yield [path, value.join(', ') || '(none)'];
  else if (typeof value !== 'object' || value === null) {
    yield [path, path.endsWith('.credentials') ? '***' : String(value)];
  } else {
    for (const [key, inner] of Object.entries(value)) {
      yield* leaves(inner, isList ? `${path}[${key}]` : `${path}.${key}`);
    }
  }
}
