import Fastify from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { Fault, isFault } from '../kernel/index.ts';
import { memoryBlobs } from '../storage/memory/index.ts';
import { FileSender } from './send-file.ts';

const KIB = 1024;
const SHA = 'ab'.repeat(32);
const app = Fastify();
afterAll(() => app.close());

app.setErrorHandler((error, _request, reply) =>
  reply.code(isFault(error) ? error.status : 500).send({ error: (error as Error).message }),
);
const files = new FileSender(memoryBlobs());
// Small files are read into memory, and large ones sent as they come.
app.get<{ Params: { size: string } }>('/:size', (request, reply) =>
  files.get(request, reply, {
    file: { key: 'a/lost', size: Number(request.params.size), sha256: SHA, visibility: 'public' },
    look: { contentType: 'application/gzip', fileName: 'demo-1.0.0.tar.gz' },
    use: {
      count: () => {
        throw new Fault('internal', 'what was not sent is not counted');
      },
    },
  }),
);

test.each([
  ['a small file that is lost', 4 * KIB, {}, 404],
  ['a large file that is lost', 4096 * KIB, {}, 404],
  ['a part of it', 4 * KIB, { range: 'bytes=1-2' }, 404],
  ['a part that is behind its end', 4 * KIB, { range: 'bytes=999999-' }, 416],
])(
  'the error for %s carries nothing of the file, least of all for how long to keep it',
  async (_, size, headers, status) => {
    const answer = await app.inject({ url: `/${size}`, headers });
    expect(answer.statusCode).toBe(status);
    for (const name of ['cache-control', 'etag', 'content-disposition', 'accept-ranges']) {
      expect(answer.headers).not.toHaveProperty(name);
    }
  },
);

test('whoever has the file is told that it is the same, and how long it stays so', async () => {
  const answer = await app.inject({ url: '/1', headers: { 'if-none-match': `"${SHA}"` } });
  expect(answer.statusCode).toBe(304);
  expect(answer.headers).toMatchObject({
    etag: `"${SHA}"`,
    'cache-control': 'public, max-age=31536000, immutable',
  });
});
