import { Fault } from '../../../kernel/index.ts';
import { shown, type DataPath } from '../../body/index.ts';

const OBJECT = 0x7b;
const ARRAY = 0x5b;
const OBJECT_END = 0x7d;
/** Clients send a tarball and at most a signature bundle, each with three fields. */
const MOST_KEYS = 100;

/**
 * Where in the document a scanner stands, known as far as `_attachments.<file>.data` needs it. What is not JSON may
 * lead it astray; the parser refuses such a body in the end.
 */
export class AttachmentPath implements DataPath {
  readonly #containers: number[] = [];
  /** Keys on the way here, as far as they matter; deeper ones may be left over. */
  #keys: string[] = [];
  readonly #seen = new Set<string>();
  #keyNext = false;

  get depth(): number {
    return this.#containers.length;
  }

  /** Enters an object or array by its opening bracket. */
  open(bracket: number): void {
    this.#containers.push(bracket);
    this.#keyNext = bracket === OBJECT;
  }

  /** Leaves it; false if the bracket is not the one that closes it. */
  close(bracket: number): boolean {
    const opened = this.#containers.pop();
    this.#keyNext = false;
    return opened === (bracket === OBJECT_END ? OBJECT : ARRAY);
  }

  comma(): void {
    this.#keyNext = this.#containers.at(-1) === OBJECT;
  }

  colon(): void {
    this.#keyNext = false;
  }

  /** True if a string that begins here is a key that `key` wants to know. */
  get wantsKey(): boolean {
    const { depth } = this;
    return (
      this.#keyNext &&
      depth <= 3 &&
      this.#keys.length >= depth - 1 &&
      (depth === 1 || this.#keys[0] === '_attachments')
    );
  }

  /**
   * Takes a key that was wanted. A second `_attachments`, attachment or `data` is Fault `manifest_invalid`: readers of
   * JSON disagree on which of two counts. So are more than anybody sends, which would only cost us memory.
   */
  key(name: string): void {
    const { depth } = this;
    this.#keys = [...this.#keys.slice(0, depth - 1), name];
    if (depth !== 2 && name !== (depth === 1 ? '_attachments' : 'data')) return;
    const path = JSON.stringify(this.#keys);
    if (this.#seen.has(path)) {
      throw new Fault(
        'manifest_invalid',
        `The request body has the key ${shown(name)} of its attachments twice; send it once.`,
      );
    }
    if (this.#seen.size === MOST_KEYS) {
      throw new Fault(
        'manifest_invalid',
        'The request body has far too many attachments; send the tarball alone.',
      );
    }
    this.#seen.add(path);
  }

  /** The attachment's file name if a string that begins here is its `data`. Those named `*.sigstore` hold JSON text, not base64. */
  get dataOf(): string | undefined {
    const [attachments, fileName, field] = this.#keys;
    const isData = !this.#keyNext && this.depth === 3 && attachments === '_attachments' && field === 'data';
    return isData && !fileName?.endsWith('.sigstore') ? fileName : undefined;
  }
}
