import type { Worker } from 'node:worker_threads';
import { Fault } from '../../../kernel/light/index.ts';
import { errorFromWire, startWorker } from '../../../kernel/threads/index.ts';
import type { CommandInput, CommandName, CommandOutput, Writer } from '../commands/index.ts';
import type { Reply, Request } from './protocol.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The server's end of the writer thread. */
export class SqliteWriter implements Writer {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended = false;

  constructor(path: string) {
    this.#worker = startWorker(new URL('./writer-worker.ts', import.meta.url), { workerData: { path } });
    this.#worker.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) waiting?.reject(errorFromWire(reply.error));
      else waiting?.resolve(reply.value);
    });
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end());
  }

  run<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> {
    if (this.#ended) return Promise.reject(writerGone());
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.set(this.#lastId, { resolve: (value) => resolve(value as CommandOutput<N>), reject });
      this.#worker.postMessage({ id: this.#lastId, name, input } satisfies Request);
    });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage('close');
    await exited;
  }

  #end(cause?: unknown): void {
    this.#ended = true;
    for (const waiting of this.#waiting.values()) waiting.reject(writerGone(cause));
    this.#waiting.clear();
  }
}

function writerGone(cause?: unknown): Fault {
  return new Fault('unavailable', 'The database writer has stopped; restart the server and see its log.', {
    cause,
  });
}
