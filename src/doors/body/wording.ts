/** A client's string as a sentence may hold it: one line, quoted, not long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}

/** A limit in MB of 1,048,576 bytes, small ones in bytes. */
export function shownSize(bytes: number): string {
  const mb = bytes / 1024 ** 2;
  return mb < 1 ? `${bytes} bytes` : `${Number(mb.toFixed(2))} MB`;
}
