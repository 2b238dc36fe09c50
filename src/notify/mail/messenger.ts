import { randomUUID } from 'node:crypto';
import type { Message, Messenger } from '../../accounts/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { secretLetter } from './letters/secret.ts';
import { LetterRefused, type Post } from './post.ts';

/** More than this waits for no mail server: memory has an end. */
const MOST = 1_000;
const AT_ONCE = 2;
/** Waits between tries, milliseconds; then it is given up: whoever waits for the link has asked again by then. */
const WAITS: readonly number[] = [2_000, 10_000, 60_000, 300_000];

export interface MailMessengerOptions {
  post: Post;
  /** What links begin with. */
  base(): string;
  clock: Clock;
  /** Told in words, without the secret, of what could not be sent. */
  warn(message: string): void;
  /** Milliseconds between tries; tests are in a hurry. */
  waits?: readonly number[];
}

interface Outgoing {
  id: string;
  message: Message;
  tries: number;
}

/**
 * Sends messages that carry secrets. They are kept in memory only, since their secrets are stored nowhere: what a stop or a
 * crash loses is asked for again.
 */
export class MailMessenger implements Messenger {
  readonly available = true;
  readonly #options: MailMessengerOptions;
  readonly #waiting: Outgoing[] = [];
  readonly #later = new Set<NodeJS.Timeout>();
  readonly #underWay = new Set<Promise<void>>();
  #full = false;
  #closed = false;

  constructor(options: MailMessengerOptions) {
    this.#options = options;
  }

  send(message: Message): void {
    if (this.#closed) return;
    const full = this.#waiting.length + this.#later.size >= MOST;
    if (full && !this.#full) this.#options.warn(`${MOST} mails wait for the mail server: more are left out`);
    this.#full = full;
    if (full) return;
    this.#waiting.push({ id: randomUUID(), message, tries: 0 });
    this.#next();
  }

  /** Lets what is being sent come to its end, and drops the rest. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.length = 0;
    for (const timer of this.#later) clearTimeout(timer);
    await Promise.all(this.#underWay);
  }

  #next(): void {
    if (this.#underWay.size >= AT_ONCE) return;
    const outgoing = this.#waiting.shift();
    if (outgoing === undefined) return;
    const work = this.#deliver(outgoing).finally(() => {
      this.#underWay.delete(work);
      this.#next();
    });
    this.#underWay.add(work);
  }

  async #deliver(outgoing: Outgoing): Promise<void> {
    const { post, base, clock, warn, waits = WAITS } = this.#options;
    const { id, message, tries } = outgoing;
    if (clock() >= message.expiresAt) return;
    try {
      await post.send(secretLetter(message, base()), id);
    } catch (error) {
      const wait = error instanceof LetterRefused && error.forGood ? undefined : waits[tries];
      if (wait !== undefined) return this.#tryAgain(outgoing, wait);
      warn(`a mail (${message.kind}) is not sent: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The others go on meanwhile: it may be this receiver alone whom the mail server does not want just now. */
  #tryAgain(outgoing: Outgoing, wait: number): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#later.delete(timer);
      this.#waiting.push({ ...outgoing, tries: outgoing.tries + 1 });
      this.#next();
    }, wait).unref();
    this.#later.add(timer);
  }
}
