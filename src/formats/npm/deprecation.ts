/** An empty text takes a deprecation back. */
export function isDeprecated(deprecated: unknown): boolean {
  return typeof deprecated === 'string' && deprecated !== '';
}
