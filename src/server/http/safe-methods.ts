/** Methods that change nothing (RFC 9110 section 9.2.1), as far as anything here answers them. */
export const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
