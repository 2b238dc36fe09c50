import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Interrupted } from '../interrupted.ts';
import type { Io } from '../io.ts';

export interface Questions {
  /** The next line, without its end; undefined if there is none. On a terminal a `hidden` one is typed unseen. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string | undefined>;
  close(): void;
}

/**
 * Asks whoever calls, a line each: a person at a terminal, or a script that pipes the answers in. Questions go to standard error in either
 * case, as the client of Vais has it. Ctrl-C at one is `Interrupted`.
 */
export function questions(io: Io): Questions {
  let hidden = false;
  const echo = new Writable({
    write: (chunk, _encoding, done) => {
      if (!hidden) io.err(String(chunk));
      done();
    },
  });
  const reader = createInterface({
    input: io.stdin,
    historySize: 0,
    ...(io.terminal.in ? { output: echo, terminal: true } : { terminal: false }),
  });
  let interrupted = false;
  reader.on('SIGINT', () => {
    interrupted = true;
    reader.close();
  });
  const lines = reader[Symbol.asyncIterator]();
  return {
    ask: async (question, options) => {
      // As a prompt of the reader, for it draws the line anew when a character is taken back.
      hidden = false;
      if (io.terminal.in) {
        reader.setPrompt(question);
        reader.prompt();
      } else io.err(question);
      hidden = options?.hidden ?? false;
      const line = await lines.next();
      if (hidden || !io.terminal.in || interrupted) io.err('\n');
      if (interrupted) throw new Interrupted();
      return line.done ? undefined : line.value;
    },
    close: () => reader.close(),
  };
}
