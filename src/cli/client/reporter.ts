import { printable } from '../../kernel/light/index.ts';
import type { Progress, Transfer } from '../../client/progress/index.ts';

/** Milliseconds between two pictures on a terminal. */
const REDRAW = 100;
/** What moves for longer than this, in milliseconds, is worth a line in a log, and another each time that it has passed again. */
const WORTH_A_LINE = 10_000;
const KILO = 1024;
/** After so many bytes the last picture stays on the terminal. */
const WORTH_KEEPING = KILO ** 2;
const CLEAR = '\r\u001B[K';

interface Moving {
  what: string;
  total: number | undefined;
  moved: number;
  begun: number;
  told: number;
}

/** Writes text where a person sees it. */
type Write = (text: string) => void;

/**
 * For a terminal: one line that is drawn anew, at most ten times a second, with what has been moved so far and how fast; gone when nothing
 * moves any more of what belongs together, unless that was much. The rate is of everything since the first of them began.
 */
export function terminalProgress(write: Write, now: () => number, columns: () => number): Progress {
  const moving = new Set<Moving>();
  let [ended, moved, begun, drawn] = [0, 0, 0, -Infinity];
  let last: Moving | undefined;
  let held = 0;
  const draw = (): void => {
    drawn = now();
    const [first = last] = moving;
    if (first === undefined) return;
    const seconds = (now() - begun) / 1000;
    const rate = seconds > 0 ? `  ${bytesText(moved / seconds)}/s` : '';
    const total =
      moving.size === 1 && ended === 0 && first.total !== undefined ? ` of ${bytesText(first.total)}` : '';
    const count = ended + moving.size > 1 ? `${ended} of ${ended + moving.size}  ` : '';
    const line = `${count}${bytesText(moved)}${total}${rate}  ${first.what}`;
    write(`${CLEAR}${line.slice(0, Math.max(1, columns() - 1))}`);
  };
  const finish = (): void => {
    if (moving.size > 0 || held > 0 || ended === 0) return;
    if (moved >= WORTH_KEEPING) draw();
    write(moved >= WORTH_KEEPING ? '\n' : CLEAR);
    ended = 0;
  };
  return follow(now, {
    began: (one) => {
      if (moving.size === 0 && ended === 0) [ended, moved, begun, drawn] = [0, 0, now(), -Infinity];
      moving.add(one);
    },
    advanced: (_one, bytes) => {
      moved += bytes;
      if (now() - drawn >= REDRAW) draw();
    },
    ended: (one) => {
      moving.delete(one);
      [last, ended] = [one, ended + 1];
      finish();
    },
    restarted: ({ moved: lost }) => {
      moved -= lost;
    },
    together: () => {
      held += 1;
      return () => {
        held -= 1;
        finish();
      };
    },
  });
}

/** For a log or a pipe: whole lines, and only of what takes long. */
export function plainProgress(write: Write, now: () => number): Progress {
  const line = (one: Moving): void => {
    const total = one.total === undefined ? '' : ` of ${bytesText(one.total)}`;
    const rate = one.moved / Math.max(0.001, (now() - one.begun) / 1000);
    write(`${one.what}: ${bytesText(one.moved)}${total}, ${bytesText(rate)}/s\n`);
    one.told = now();
  };
  return follow(now, {
    began: () => undefined,
    advanced: (one) => {
      if (now() - one.told >= WORTH_A_LINE) line(one);
    },
    ended: (one) => {
      if (one.told !== one.begun && now() !== one.told) line(one);
    },
    restarted: () => undefined,
    together: () => () => undefined,
  });
}

interface Watcher {
  began(one: Moving): void;
  advanced(one: Moving, bytes: number): void;
  ended(one: Moving): void;
  /** `one.moved` is what is lost. */
  restarted(one: Moving): void;
  together(): () => void;
}

function follow(now: () => number, watcher: Watcher): Progress {
  return {
    together: () => watcher.together(),
    start(what, total): Transfer {
      const begun = now();
      const one: Moving = { what: printable(what), total, moved: 0, begun, told: begun };
      let over = false;
      watcher.began(one);
      return {
        advance(bytes) {
          one.moved += bytes;
          watcher.advanced(one, bytes);
        },
        restart() {
          watcher.restarted(one);
          one.moved = 0;
        },
        end() {
          if (!over) watcher.ended(one);
          over = true;
        },
      };
    },
  };
}

/** `4.2 MB`; units of 1024, as in the rest of the house. */
export function bytesText(bytes: number): string {
  if (bytes < KILO) return `${Math.round(bytes)} B`;
  if (bytes < KILO ** 2) return `${(bytes / KILO).toFixed(1)} kB`;
  return bytes < KILO ** 3 ? `${(bytes / KILO ** 2).toFixed(1)} MB` : `${(bytes / KILO ** 3).toFixed(2)} GB`;
}
