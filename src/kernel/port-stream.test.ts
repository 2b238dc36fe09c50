import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { Fault } from './errors.ts';
import { receiveStream, sendStream } from './port-stream.ts';

function through(source: Readable): Readable {
  const { port1, port2 } = new MessageChannel();
  sendStream(source, port1);
  return receiveStream(port2);
}

/** A chunk that shares its memory with none. */
function own(): Buffer {
  return Buffer.from(new Uint8Array(new ArrayBuffer(3)).fill(1).buffer);
}

test('the bytes arrive in their order, whether their memory moves or is shared', async () => {
  const shared = Buffer.from('shared by others').subarray(3, 9);
  const chunks = [own(), shared, Buffer.alloc(300_000, 7), own()];
  const expected = Buffer.concat(chunks);
  expect(await buffer(through(Readable.from(chunks)))).toEqual(expected);
  expect(shared.toString()).toBe('red by');
});

test('nothing is read from the source before somebody wants it', async () => {
  let read = 0;
  const source = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(100_000, (read += 1));
    })(),
    { highWaterMark: 1 },
  );
  const stream = through(source);
  await once(stream, 'readable');
  stream.destroy();
  expect(read).toBeLessThan(10);
  await once(source, 'close');
});

test('an error of the source is the error of the stream', async () => {
  const source = new PassThrough();
  const stream = through(source);
  source.write('some');
  source.destroy(new Fault('too_large', 'Too large.'));
  await expect(buffer(stream)).rejects.toMatchObject({ code: 'too_large', message: 'Too large.' });
});

test('a reader that goes away takes the source with it', async () => {
  const source = new PassThrough();
  const stream = through(source);
  stream.destroy();
  await once(source, 'close');
  expect(source.destroyed).toBe(true);
});
