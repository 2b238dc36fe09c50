/** The known name that a misspelt one most likely means, if one is near enough to be worth naming. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const furthest = Math.max(1, Math.floor(name.length / 4));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= furthest && distance < (best?.distance ?? Infinity)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Levenshtein's distance, by rows. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    let diagonal = above[0] ?? 0;
    const current = [row];
    let left = row;
    for (let column = 1; column <= b.length; column++) {
      const up = above[column] ?? 0;
      left = Math.min(up + 1, left + 1, diagonal + (a[row - 1] === b[column - 1] ? 0 : 1));
      current.push(left);
      diagonal = up;
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
