import { Type } from 'typebox';

/** RFC 9457, as `http/problem.ts` sends it. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String({ description: 'A stable code, such as `forbidden`.' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'What was wrong and what to do, as a sentence.' }),
    error: Type.String({ description: 'The same sentence, for clients that look for it here.' }),
  },
  { description: 'Anything that went wrong.' },
);

export const Time = Type.String({
  format: 'date-time',
  description: 'UTC, such as 2026-01-31T12:00:00.000Z.',
});

/** Milliseconds since the epoch as the API writes them. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
