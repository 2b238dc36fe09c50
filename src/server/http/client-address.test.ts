import type { IncomingMessage } from 'node:http';
import * as fc from 'fast-check';
import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { clientAddress } from './client-address.ts';

function ask(
  trusted: string[],
  peer: string,
  forwarded?: string,
  onUntrusted: (proxy: string) => void = () => undefined,
): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const request = { socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage;
  return clientAddress({ trusted, onUntrusted })(request);
}

test('without a trusted proxy the header counts for nothing', () => {
  expect(ask([], '203.0.113.9', '192.0.2.1')).toBe('203.0.113.9');
  expect(ask(['10.0.0.0/8'], '203.0.113.9', '192.0.2.1')).toBe('203.0.113.9');
});

describe('behind trusted proxies', () => {
  const trusted = ['loopback', '10.0.0.0/8', '2001:db8::/32'];
  test.each([
    ['127.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['::ffff:127.0.0.1', '192.0.2.1', '192.0.2.1'],
    // What the client itself wrote stands before what the proxy saw.
    ['127.0.0.1', '6.6.6.6, 192.0.2.1', '192.0.2.1'],
    ['127.0.0.1', '192.0.2.1, 10.0.0.7, 10.0.0.8', '192.0.2.1'],
    ['127.0.0.1', '10.0.0.7', '10.0.0.7'],
    ['2001:db8::5', '192.0.2.1:51234', '192.0.2.1'],
    ['127.0.0.1', '[2a00:0:0:0::1]:443', '2a00::1'],
    ['127.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
    ['127.0.0.1', 'unknown', '127.0.0.1'],
    ['127.0.0.1', '192.0.2.1, <script>, 10.0.0.7', '10.0.0.7'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', ',,,', '127.0.0.1'],
    ['10.1.2.3', '192.0.2.999', '10.1.2.3'],
  ])('from %s with «%s»: %s', (peer, forwarded, client) => {
    expect(ask(trusted, peer, forwarded)).toBe(client);
  });

  test('whatever stands in the header, an address comes out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6())).map((parts) => parts.join(',')),
        (header) => {
          expect(isIP(ask(trusted, '127.0.0.1', header))).not.toBe(0);
        },
      ),
    );
  });
});

test('a proxy nearby that is not trusted is told of once', () => {
  const told: string[] = [];
  const find = clientAddress({ trusted: [], onUntrusted: (proxy) => told.push(proxy) });
  for (const remoteAddress of ['203.0.113.9', '172.17.0.1', '172.17.0.1']) {
    find({
      socket: { remoteAddress },
      headers: { 'x-forwarded-for': '192.0.2.1' },
    } as unknown as IncomingMessage);
  }
  expect(told).toEqual(['172.17.0.1']);
});
