/** The compatibility profiles; each makes paths, port and limits those that one family of clients expects. */
export const profileNames = ['none', 'vais', 'pantry', 'aam', 'dryad', 'cpkgs'] as const;

export type ProfileName = (typeof profileNames)[number];

/**
 * Variables that only one family uses, so that its own settings choose its profile. A profile opens registration
 * and listens on every address: names that other software uses too (`PORT`, `BASE_URL`, `DATABASE_URL`,
 * `JWT_SECRET`, `S3_BUCKET`, `ADMIN_PASSWORD`, `GITEA_TOKEN`, …) choose nothing.
 */
const distinctive: Readonly<Record<Exclude<ProfileName, 'none'>, readonly string[]>> = {
  vais: [
    'VAIS_REGISTRY_HOST',
    'VAIS_REGISTRY_PORT',
    'VAIS_REGISTRY_DB',
    'VAIS_REGISTRY_STORAGE',
    'VAIS_REGISTRY_ADMIN_USER',
    'VAIS_REGISTRY_ADMIN_PASS',
    'VAIS_REGISTRY_MAX_UPLOAD',
    'VAIS_REGISTRY_TOKEN_EXPIRY',
    'VAIS_REGISTRY_CORS_ALL',
    'VAIS_REGISTRY_CORS_ORIGINS',
    'VAIS_REGISTRY_LOGGING',
  ],
  pantry: ['DYNAMODB_TABLE', 'DYNAMODB_ANALYTICS_TABLE', 'NPM_FALLBACK'],
  aam: [
    'STORAGE_BACKEND',
    'MINIO_ROOT_USER',
    'MINIO_ROOT_PASSWORD',
    'ADMIN_USERNAME',
    'ADMIN_EMAIL',
    'REQUIRE_SIGNATURES',
  ],
  dryad: ['REGISTRY_DB_USER', 'REGISTRY_DB_PASSWORD', 'REGISTRY_DB_NAME', 'GITEA_SECRET_KEY'],
  cpkgs: ['API_HOST', 'API_PORT'],
};

/** A profile that the environment suggests, and the first variable that does. */
export interface ProfileHint {
  profile: ProfileName;
  variable: string;
}

/** One hint for each profile whose variables `isSet` knows, in the order of `profileNames`. */
export function profileHints(isSet: (name: string) => boolean): ProfileHint[] {
  return profileNames.flatMap((profile) => {
    const variable = profile === 'none' ? undefined : distinctive[profile].find(isSet);
    return variable === undefined ? [] : [{ profile, variable }];
  });
}

/** The port that the clients of a profile have typed. */
export function portOf(profile: ProfileName): number {
  return profile === 'aam' ? 8000 : 3000;
}
