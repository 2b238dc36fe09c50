import { Fault, isFault } from '../../kernel/light/index.ts';
import { pieces } from './connection.ts';
import { failure, mayPass, TimedOut } from './failure.ts';
import type { Answer, RegistryRequest, Requests } from './requests.ts';

/** Where the bytes of an archive go, and how many of them are there already. */
export interface ArchiveSink {
  /** Bytes that it holds: a transfer goes on behind them. */
  readonly size: number;
  write(piece: Buffer): Promise<void> | void;
  /** Forgets what it holds: the transfer begins anew. */
  restart(): Promise<void> | void;
}

export interface ArchiveRequest {
  name: string;
  version: string;
  /** Where the index says that the archive is, else where the registry has it. */
  url?: string | undefined;
  /** Bytes, if the index says: where the server does not, a transfer that ends before is a broken one. */
  size?: number | undefined;
  /** Told of every piece, with the bytes that there are and that there will be. */
  onProgress?: ((bytes: number, total: number | undefined) => void) | undefined;
}

/** No archive that can be unpacked is longer: an unpacked package has at most 100 MiB. */
const LONGEST = 128 * 1024 * 1024;
/** Attempts in a row that brought nothing new, and all of them. */
const FRUITLESS = 4;
const ATTEMPTS = 50;

/**
 * Fetches an archive into `sink`. A broken transfer goes on where it stopped, by Range and If-Range (RFC 9110 section 13.1.5), as often as
 * it gets any further. Whether the bytes are the right ones is for whoever knows the digest to say.
 */
export async function fetchArchive(
  requests: Requests,
  wanted: ArchiveRequest,
  sink: ArchiveSink,
): Promise<void> {
  const path =
    wanted.url ?? `/packages/${encodeURIComponent(wanted.name)}/${encodeURIComponent(wanted.version)}.tar.gz`;
  const transfer = new Transfer(requests, { ...wanted, path }, sink);
  let fruitless = 0;
  let furthest = sink.size;
  for (let attempt = 1; ; attempt++) {
    try {
      await transfer.attempt();
      return;
    } catch (error) {
      requests.settings.signal?.throwIfAborted();
      const problem = failure(transfer.what, error);
      const late = error instanceof TimedOut;
      // Waiting was long enough the first time; what trickles in meanwhile is no fruit.
      const isFruitful = sink.size > furthest && !(late && error.phase === 'pace');
      fruitless = isFruitful ? 0 : fruitless + (late ? 2 : 1);
      furthest = Math.max(furthest, sink.size);
      // A Fault is a refusal, or what several requests in a row came to.
      const again = !isFault(error) && (late || error instanceof Broken || mayPass(error));
      if (!again || fruitless >= FRUITLESS || attempt === ATTEMPTS) throw problem;
      await requests.pause(fruitless, problem);
    }
  }
}

/** Fewer bytes came than there are. */
class Broken extends Error {
  override readonly name = 'Broken';
}

class Transfer {
  readonly what: string;
  readonly #requests: Requests;
  readonly #wanted: ArchiveRequest & { path: string };
  readonly #sink: ArchiveSink;
  /** What the first part was a part of. */
  #validator: string | undefined;

  constructor(requests: Requests, wanted: ArchiveRequest & { path: string }, sink: ArchiveSink) {
    this.#requests = requests;
    this.#wanted = wanted;
    this.#sink = sink;
    this.what = requests.describe(wanted);
  }

  async attempt(): Promise<void> {
    const { size, onProgress } = this.#wanted;
    if (size !== undefined && this.#sink.size === size) return;
    const answer = await this.#ask();
    const announced = this.#announced(answer);
    const total = announced ?? size;
    if (total !== undefined && total > LONGEST) throw this.#tooLarge();
    onProgress?.(this.#sink.size, total);
    for await (const piece of pieces(answer.message, this.#requests.timeouts.idle)) {
      if (this.#sink.size + piece.length > LONGEST) throw this.#tooLarge();
      await this.#sink.write(piece);
      onProgress?.(this.#sink.size, total);
    }
    // Node has seen to it that as many came as were announced.
    if (announced === undefined && size !== undefined && this.#sink.size < size) {
      throw new Broken(`the transfer ended after ${this.#sink.size} of ${size} bytes`);
    }
  }

  async #ask(): Promise<Answer> {
    const held = this.#sink.size;
    if (held === 0) return this.#remember(await this.#send({}));
    const answer = await this.#send({
      range: `bytes=${held}-`,
      ...(this.#validator !== undefined && { 'if-range': this.#validator }),
    });
    const range = /^bytes (\d+)-/.exec(answer.message.headers['content-range'] ?? '');
    if (answer.status === 206 && Number(range?.[1]) === held) return answer;
    // All of it (it has changed, or the server knows no ranges), another part, or 416: there is no such part.
    await this.#sink.restart();
    if (answer.status === 200) return this.#remember(answer);
    answer.message.destroy();
    return this.#remember(await this.#send({}));
  }

  /** An archive is never to be compressed once more: its digest is that of the bytes that come. */
  #send(headers: Record<string, string>): Promise<Answer> {
    const request: RegistryRequest = {
      path: this.#wanted.path,
      headers: { accept: '*/*', 'accept-encoding': 'identity', ...headers },
      accept: [416],
    };
    return this.#requests.send(request);
  }

  #remember(answer: Answer): Answer {
    const { etag } = answer.message.headers;
    // A weak one says nothing of bytes (RFC 9110 section 13.1.5).
    this.#validator = etag?.startsWith('W/') ? undefined : etag;
    if (answer.status !== 416) return answer;
    answer.message.destroy();
    throw new Fault('unavailable', `${this.what} answered 416 to a request for all of it; try again later.`);
  }

  #tooLarge(): Fault {
    return new Fault('too_large', `${this.what} sends more than ${LONGEST} bytes, which no package has.`);
  }

  #announced({ message }: Answer): number | undefined {
    const length = Number(message.headers['content-length'] ?? NaN);
    return Number.isFinite(length) ? this.#sink.size + length : undefined;
  }
}
