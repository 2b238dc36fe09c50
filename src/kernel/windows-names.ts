/** Names of devices, which no extension makes a file's: «Naming Files, Paths, and Namespaces» of the Windows documentation. */
const DEVICES = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])$/i;

/**
 * Why Windows has no file or folder of this name, as the end of a sentence; undefined if it has. Control characters and what separates
 * folders are not looked for.
 *
 * @param name one segment of a path
 */
export function windowsProblem(name: string): string | undefined {
  const [sign] = /[<>:"|?*]/.exec(name) ?? [];
  if (sign !== undefined) return `holds ${sign}`;
  if (name.endsWith('.') || name.endsWith(' ')) {
    return `ends in a ${name.endsWith('.') ? 'point' : 'blank'}`;
  }
  // Blanks in front of the extension do not count either.
  const [stem = ''] = name.split('.', 1);
  return DEVICES.test(stem.trimEnd()) ? `is that of a device, ${stem.trimEnd().toUpperCase()}` : undefined;
}
