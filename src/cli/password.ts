import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Fault } from '../kernel/index.ts';
import { Interrupted } from './interrupted.ts';
import type { Io } from './io.ts';

const LONGEST_LINE = 4096;

/**
 * A password, or another secret, from whoever calls: a person at a terminal types it unseen, twice if `repeat`; a script pipes in one line,
 * whose end is not part of it. Fault `bad_request` if none comes or the two differ.
 */
export async function askPassword(io: Io, repeat: boolean, what = 'Password'): Promise<string> {
  const password = io.terminal.in ? await askUnseen(io, repeat, what) : await firstLine(io, what);
  if (password !== '') return password;
  throw new Fault('bad_request', `No ${what.toLowerCase()} was given: type one, or pipe one in as a line.`);
}

async function askUnseen(io: Io, repeat: boolean, what: string): Promise<string> {
  // Line editing wants an output; this one shows nothing.
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: io.stdin, output: silence, terminal: true });
  let interrupted = false;
  reader.on('SIGINT', () => {
    interrupted = true;
    reader.close();
  });
  const lines = reader[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    io.err(question);
    const line = await lines.next();
    io.err('\n');
    if (interrupted) throw new Interrupted();
    return line.done ? '' : line.value;
  };
  try {
    const password = await ask(`${what}: `);
    if (repeat && password !== '' && (await ask('Once more: ')) !== password) {
      throw new Fault('bad_request', 'The two passwords differ: try again.');
    }
    return password;
  } finally {
    reader.close();
  }
}

async function firstLine(io: Io, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of io.stdin) {
    const bytes = Buffer.from(chunk);
    const end = bytes.indexOf('\n');
    chunks.push(end < 0 ? bytes : bytes.subarray(0, end));
    length += bytes.length;
    if (end >= 0) break;
    if (length > LONGEST_LINE)
      throw new Fault('bad_request', `The ${what.toLowerCase()} has more than ${LONGEST_LINE} bytes.`);
  }
  return Buffer.concat(chunks).toString('utf8').replace(/\r$/, '');
}
