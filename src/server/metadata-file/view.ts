import { open, rename } from 'node:fs/promises';
import type { Inventory } from '../../registry/index.ts';
import { metadataText, type TextParts } from './text.ts';

/** The writing of a long file takes at most this part of the time. */
const SHARE = 0.1;
/** Characters that are written at once. */
const CHUNK = 65_536;

export interface MetadataViewParts {
  inventory: Inventory;
  registryId: number;
  /** Path of the file. */
  file: string;
  /** As in `TextParts`, asked for anew each time. */
  base: () => string;
  goneUntil: () => number;
  /** Milliseconds that only ever go up. */
  elapsed: () => number;
}

/** The file in which Pantry's own server kept what it knew: a view of the database for those who read it, and never a truth. */
export class MetadataView {
  readonly #parts: MetadataViewParts;
  #written: string | undefined;
  #notBefore = 0;

  constructor(parts: MetadataViewParts) {
    this.#parts = parts;
  }

  /** Writes the file anew if anything but counts has changed since it was written, unless that took long and was just now. */
  async update(): Promise<void> {
    const { inventory, registryId, elapsed } = this.#parts;
    const began = elapsed();
    if (began < this.#notBefore) return;
    // Read before the rows: what comes between the two is written twice, and not lost.
    const state = await inventory.state(registryId);
    if (state === this.#written) return;
    await this.complete();
    this.#written = state;
    const ended = elapsed();
    this.#notBefore = ended + (ended - began) / SHARE;
  }

  /** Writes the file anew with everything, counts too. Readers see the old one or the new one. */
  async complete(): Promise<void> {
    const { file, base, goneUntil } = this.#parts;
    await replaceFile(
      file,
      metadataText({ ...this.#parts, base: base(), goneUntil: goneUntil() } satisfies TextParts),
    );
  }
}

async function replaceFile(file: string, pieces: AsyncIterable<string>): Promise<void> {
  const draft = `${file}.writing`;
  // Names of private packages stand in it.
  const handle = await open(draft, 'w', 0o640);
  try {
    let waiting = '';
    for await (const piece of pieces) {
      waiting += piece;
      if (waiting.length < CHUNK) continue;
      await handle.writeFile(waiting);
      waiting = '';
    }
    await handle.writeFile(waiting);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
