import { durationFrom } from '../../../kernel/index.ts';
import { isNamePattern } from '../../../policy/index.ts';
import type { Place } from './place.ts';

/** Node's timers wrap to one millisecond beyond this. */
const LONGEST = 2 ** 31 - 1;
const MOST_ENTRIES = 1000;
const LONGEST_TEXT = 2000;

/** Undefined, here and below, for what is not there or gives cause for complaint. */
export function readFlag(place: Place, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  return place.complain('is neither true nor false: write one of them.');
}

/** Milliseconds. */
export function readDuration(place: Place, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const milliseconds = typeof value === 'string' ? durationFrom(value) : undefined;
  if (milliseconds !== undefined && milliseconds <= LONGEST) return milliseconds;
  return place.complain(
    'is not a duration: write a number and a unit (ms, s, m, h, d), such as 10m, at most 24d.',
  );
}

export function readText(place: Place, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') return place.complain('is no text: write one.');
  if (value.length > LONGEST_TEXT) return place.complain(`has more than ${LONGEST_TEXT} characters.`);
  return value;
}

export function readWord<T extends string>(place: Place, value: unknown, words: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const word = words.find((each) => each === value);
  return word ?? place.complain(`is not one of ${words.join(', ')}: write one of them.`);
}

/** A list of texts, each of which `complaintAbout` finds nothing wrong with; one text stands for a list of it. */
export function readList(
  place: Place,
  value: unknown,
  complaintAbout: (text: string) => string | undefined,
): string[] | undefined {
  if (value === undefined) return undefined;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > MOST_ENTRIES) return place.complain(`has more than ${MOST_ENTRIES} entries.`);
  const texts = list.flatMap((each, index) => {
    const at = Array.isArray(value) ? place.at(index) : place;
    const text = readText(at, each ?? '');
    const complaint = text === undefined ? undefined : complaintAbout(text);
    if (complaint !== undefined) at.complain(complaint);
    return text === undefined || complaint !== undefined ? [] : [text];
  });
  return [...new Set(texts)];
}

export function notAPattern(text: string): string | undefined {
  if (text.length <= 214 && isNamePattern(text)) return undefined;
  return 'is no pattern of names: write a name, or one with a * at its end, such as @acme/*.';
}

/** `name@range`, too: the range is for the format to read. */
export function notAnExemption(text: string): string | undefined {
  const at = text.indexOf('@', 1);
  if (at < 0) return notAPattern(text);
  if (text.slice(at + 1).trim() !== '' && isNamePattern(text.slice(0, at))) return undefined;
  return 'exempts nothing: write a name, a pattern such as @acme/*, or name@range such as left-pad@1.x.';
}
