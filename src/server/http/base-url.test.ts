import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { baseUrl, trustConnection } from './base-url.ts';

function from(headers: Record<string, string>, { trusted = false, localAddress = '10.0.0.5' } = {}): string {
  const socket = { localAddress, localPort: 3000 } as Socket;
  if (trusted) trustConnection(socket);
  return baseUrl({ headers, socket } as unknown as IncomingMessage, undefined);
}

const host = 'registry.example.com';

test('[V-48] a trusted proxy says how its client reached it', () => {
  expect(from({ host, 'x-forwarded-proto': 'https' }, { trusted: true })).toBe(`https://${host}`);
  expect(from({ host, 'x-forwarded-proto': 'http' }, { trusted: true })).toBe(`http://${host}`);
  // What the client itself wrote stands before what the proxy saw.
  expect(from({ host, 'x-forwarded-proto': 'http, https' }, { trusted: true })).toBe(`https://${host}`);
});

test('[V-48] from anybody else it counts for nothing', () => {
  expect(from({ host, 'x-forwarded-proto': 'https' })).toBe('http://10.0.0.5:3000');
  expect(from({ host, 'x-forwarded-proto': 'https' }, { localAddress: '127.0.0.1' })).toBe(`http://${host}`);
});

test('a proxy that says nothing, or nonsense, changes nothing', () => {
  for (const headers of [
    { host },
    { host, 'x-forwarded-proto': 'gopher' },
    { host: 'a/b', 'x-forwarded-proto': 'https' },
  ]) {
    expect(from(headers, { trusted: true })).toBe('http://10.0.0.5:3000');
  }
});
