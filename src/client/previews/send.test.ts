import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/setup/resources.ts';
import type { Commit } from './commit.ts';
import { sendPreviews, type OpenTarget } from './send.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const dispatcher = new Agent();
const taken = JSON.stringify({
  packages: [{ name: '@acme/demo', url: 'https://x.example/demo', shasum: 'ab' }],
});
const commit: Commit = {
  sha: 'a'.repeat(40),
  repository: 'https://git.example.com/acme/demo',
  branch: 'main',
  pullRequest: '7',
  run: '42',
};

let answers: Answer[];
let requests: { url: string | undefined; authorization: string | undefined; body: string }[];
let pauses: number[];
let target: OpenTarget;

const server = createServer((request, response) => {
  void text(request).then((body) => {
    requests.push({ url: request.url, authorization: request.headers.authorization, body });
    answers.shift()?.(request, response);
  });
});

const answer =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  target = { url: `http://127.0.0.1:${port}`, authorization: 'Bearer secret', dispatcher };
});

afterAll(async () => {
  await dispatcher.destroy();
  server.close();
});

beforeEach(() => {
  requests = [];
  pauses = [];
});

function send(said = commit) {
  const file = join(temporaryFolder('archive'), 'package.tgz');
  writeFileSync(file, 'the bytes of an archive');
  const packed = { name: '@acme/demo', version: '1.0.0', file, size: 23, dependencies: [] };
  return sendPreviews(target, said, [packed], {
    wait: async (milliseconds) => void pauses.push(milliseconds),
    onRetry: () => {},
  });
}

describe('previews are sent', () => {
  test('as one form: what is known of the commit, then the archives', async () => {
    answers = [answer(201, taken)];
    expect(await send()).toEqual([{ name: '@acme/demo', url: 'https://x.example/demo', shasum: 'ab' }]);
    const [request] = requests;
    expect(request).toMatchObject({ url: '/publish/commit', authorization: 'Bearer secret' });
    expect(request?.body.match(/(?<= name=")[^"]+/g)).toEqual([
      'sha',
      'repository',
      'branch',
      'pull_request',
      'run',
      'package:@acme/demo',
    ]);
    expect(request?.body).toContain('the bytes of an archive');
  });

  test('without a branch where no repository is known that it could be of', async () => {
    answers = [answer(201, taken)];
    await send({ ...commit, repository: undefined });
    expect(requests[0]?.body.match(/(?<= name=")[^"]+/g)).toEqual(['sha', 'package:@acme/demo']);
  });

  test('again when the server is busy or away, after as long as it says', async () => {
    answers = [
      answer(503, '{}'),
      answer(429, '{"error":"Too many"}', { 'retry-after': '7' }),
      (_, response) => void response.destroy(),
      answer(201, taken),
    ];
    await send();
    expect(pauses).toEqual([1000, 7000, 4000]);
  });

  test('five times and no more', async () => {
    answers = Array.from({ length: 9 }, () => answer(500, '{"error":"Internal server error"}'));
    await expect(send()).rejects.toThrow(/status 500: Internal server error\.$/);
    expect(requests).toHaveLength(5);
  });

  test.each([
    [answer(401, '{"error":"Token has expired"}'), /status 401: Token has expired\.$/],
    [answer(404, '{"error":"Not found"}'), /Give --registry the address of a Kontor server/],
    [
      answer(301, '', { location: 'https://elsewhere.example/' }),
      /has moved to https:\/\/elsewhere\.example\//,
    ],
    [answer(201, 'not JSON'), /does not say where the previews are/],
  ])('once if they are refused', async (refusal, sentence) => {
    answers = [refusal];
    await expect(send()).rejects.toThrow(sentence);
    expect(requests).toHaveLength(1);
  });
});
