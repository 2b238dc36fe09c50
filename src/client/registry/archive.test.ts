import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { scriptedServer, type Script } from '../../../test/setup/scripted-server.ts';
import { RegistryClient, type ArchiveRequest, type ArchiveSink } from './index.ts';

const content = randomBytes(300_000);

class Memory implements ArchiveSink {
  bytes: Buffer;
  restarts = 0;

  constructor(bytes = Buffer.alloc(0)) {
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  write(piece: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, piece]);
  }

  restart(): void {
    this.restarts++;
    this.bytes = Buffer.alloc(0);
  }
}

async function fetched(
  script: Script,
  more: Partial<ArchiveRequest> = {},
  sink = new Memory(),
  patience = 10_000,
) {
  const server = await scriptedServer(script);
  const timeouts = { connect: patience, answer: patience, idle: patience };
  const client = new RegistryClient({ base: server.url, env: {}, wait: async () => undefined, timeouts });
  const done = client.archive({ name: 'demo', version: '1.0.0', ...more }, sink);
  const error: unknown = await done.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { server, sink, error };
}

/** Sends the rest from where the request says, at most `most` bytes of it before it cuts. */
function rest(most: number): Script {
  return ({ headers }, response) => {
    const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
    response.writeHead(from === 0 ? 200 : 206, {
      etag: '"one"',
      'content-length': content.length - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    const part = content.subarray(from, from + most);
    response.write(part, () => (from + part.length < content.length ? response.destroy() : response.end()));
  };
}

test('[S-18] a broken transfer goes on where it stopped', async () => {
  const { server, sink, error } = await fetched(rest(100_000));
  expect(error).toBeUndefined();
  expect(sink.bytes.equals(content)).toBe(true);
  expect(sink.restarts).toBe(0);
  expect(server.seen.length).toBeGreaterThanOrEqual(3);
  for (const { headers } of server.seen.slice(1)) {
    expect(headers).toMatchObject({ 'if-range': '"one"', 'accept-encoding': 'identity' });
    expect(headers.range).toMatch(/^bytes=[1-9]\d*-$/);
  }
});

test('a part that an earlier run left is gone on with', async () => {
  const { server, sink } = await fetched(rest(1e9), {}, new Memory(content.subarray(0, 1234)));
  expect(server.seen[0]?.headers.range).toBe('bytes=1234-');
  expect(sink.bytes.equals(content)).toBe(true);
});

test.each<[string, Script]>([
  ['knows no ranges', (_, response) => response.end(content)],
  [
    'has no such part',
    ({ headers }, response) =>
      headers.range === undefined ? response.end(content) : response.writeHead(416).end(),
  ],
  [
    'sends another part',
    ({ headers }, response) =>
      headers.range === undefined
        ? response.end(content)
        : response.writeHead(206, { 'content-range': 'bytes 0-9/300000' }).end(content.subarray(0, 10)),
  ],
])('from a server that %s all of it is fetched', async (_, script) => {
  const { sink, error } = await fetched(script, {}, new Memory(Buffer.from('left over')));
  expect(error).toBeUndefined();
  expect(sink.restarts).toBe(1);
  expect(sink.bytes.equals(content)).toBe(true);
});

const beginning: Script = (_, response) => void response.writeHead(200).write('begin');

const trickling: Script = ({ headers }, response) => {
  const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0);
  const range = `bytes ${from}-${content.length - 1}/${content.length}`;
  response.writeHead(from === 0 ? 200 : 206, { etag: '"one"', ...(from > 0 && { 'content-range': range }) });
  let at = from;
  const timer = setInterval(() => response.write(content.subarray(at, ++at)), 20);
  response.on('close', () => clearInterval(timer));
};

test('a server that cuts always, hangs or sends too much does not keep us for ever', async () => {
  const cut = await fetched((_, response) => response.destroy());
  expect(cut.error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/was cut/) });
  expect(cut.server.seen).toHaveLength(4);

  const hanging = await fetched(beginning, {}, new Memory(), 200);
  expect(String(hanging.error)).toMatch(/nothing came or went for 0\.2 s/);

  // Each byte in time, and all of them never: a trickle is asked for once more, and that is all.
  const trickle = await fetched(trickling, {}, new Memory(), 200);
  expect(String(trickle.error)).toMatch(/next to nothing came for 0\.4 s/);
  expect(trickle.server.seen).toHaveLength(2);

  const much = await fetched((_, response) =>
    response.writeHead(200, { 'content-length': 2 ** 40 }).write('begin'),
  );
  expect(String(much.error)).toMatch(/sends more than 134217728 bytes/);
});

test('an end that comes too early is noticed also where the server tells no length', async () => {
  let asked = 0;
  const { sink, error } = await fetched(
    ({ headers }, response) => {
      asked++;
      if (headers.range === undefined) {
        return response.write(content.subarray(0, 5000), () => response.end());
      }
      response.writeHead(206, { 'content-range': 'bytes 5000-299999/300000' });
      return response.end(content.subarray(5000));
    },
    { size: content.length },
  );
  expect([asked, error]).toEqual([2, undefined]);
  expect(sink.bytes.equals(content)).toBe(true);
});

test('it is told how much has come, and of an archive elsewhere too', async () => {
  const seen: string[] = [];
  const elsewhere = await scriptedServer((_, response) => response.end(content));
  const { server } = await fetched(() => undefined, {
    url: `${elsewhere.url}//files//demo.tar.gz`,
    onProgress: (bytes, total) => seen.push(`${bytes}/${total}`),
  });
  expect(seen.at(-1)).toBe('300000/300000');
  expect(server.seen).toEqual([]);
  expect(elsewhere.lines()).toEqual(['GET /files/demo.tar.gz']);
});

test('an archive that is not there is a refusal', async () => {
  const { error } = await fetched((_, response) =>
    response.writeHead(404).end('{"error":"Version not found: demo@1.0.0","status":404}'),
  );
  expect(error).toMatchObject({
    code: 'not_found',
    message: expect.stringMatching(
      /GET .*\/packages\/demo\/1\.0\.0\.tar\.gz answered 404: Version not found: demo@1\.0\.0\.$/,
    ),
  });
});
