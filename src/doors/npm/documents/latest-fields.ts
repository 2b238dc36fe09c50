/** Fields of the latest version that a full document repeats at its top, beside the readme. */
const repeated = [
  'description',
  'homepage',
  'keywords',
  'repository',
  'author',
  'bugs',
  'license',
  'contributors',
];

/**
 * What the top of a full document says of its latest version. Fields that it lacks are there, and undefined.
 *
 * @param readme null if there is none
 */
export function latestFields(
  manifest: Record<string, unknown>,
  readme: string | null,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    readme: readme ?? '',
    readmeFilename: manifest['readmeFilename'],
  };
  for (const field of repeated) fields[field] = manifest[field];
  return fields;
}
