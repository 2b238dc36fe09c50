import type { Turn } from '../../kernel/index.ts';
import type { AdvisoryFormat } from './format.ts';

/** Is any of these versions in the range? Others get their turn in between. */
export async function concerns(
  { inRange }: Pick<AdvisoryFormat, 'inRange'>,
  range: string,
  versions: readonly string[],
  turn: Turn,
): Promise<boolean> {
  for (const version of versions) {
    if (turn.isOver) await turn.next();
    if (inRange(version, range)) return true;
  }
  return false;
}
