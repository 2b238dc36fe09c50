import { Fault } from '../../../kernel/index.ts';
import type { StagedBlob } from '../../../registry/index.ts';

/** As `stage`, for all of a request: Fault `too_large` when what is staged has more than `maxBytes` bytes together. */
export function stageWithin(stage: () => Promise<StagedBlob>, maxBytes: number): () => Promise<StagedBlob> {
  let sum = 0;
  return async () => {
    const blob = await stage();
    return {
      write: (chunk) => {
        sum += chunk.length;
        return sum <= maxBytes ? blob.write(chunk) : Promise.reject(tooMuch(maxBytes));
      },
      finish: () => blob.finish(),
      open: () => blob.open(),
      follow: () => blob.follow(),
      promote: (key) => blob.promote(key),
      discard: () => blob.discard(),
    };
  };
}

function tooMuch(maxBytes: number): Fault {
  const megabytes = Number((maxBytes / 1024 ** 2).toFixed(2));
  return new Fault(
    'too_large',
    `The packages of one request exceed ${megabytes}MB together: send some of them in another one.`,
  );
}
