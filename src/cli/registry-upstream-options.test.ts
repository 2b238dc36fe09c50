import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Io } from './io.ts';
import { policyChange } from './registry-policy-options.ts';
import { writtenUpstream } from './registry-upstream-options.ts';

function io(piped = ''): Io {
  return {
    out: () => {},
    err: () => {},
    terminal: { in: false, out: false, err: false },
    stdin: Readable.from([Buffer.from(piped)]),
    env: { ACME: 'from-the-environment', EMPTY: '' },
    cwd: '/',
  };
}

test('what is said of an upstream has the form of kontor.yaml, and what is not said is not there', async () => {
  expect(await writtenUpstream(io(), {})).toEqual({});
  expect(
    await writtenUpstream(io(), {
      url: 'https://npm.example/',
      names: ['@acme/*, acme-*', 'demo'],
      allowHost: ['*.example'],
      allowPrivate: false,
      freshness: '1h',
      timeout: ['connect=5s,headers=20s', 'idle=1m'],
    }),
  ).toEqual({
    url: 'https://npm.example/',
    names: ['@acme/*', 'acme-*', 'demo'],
    allowHosts: ['*.example'],
    allowPrivate: false,
    freshness: '1h',
    timeouts: { connect: '5s', headers: '20s', idle: '1m' },
  });
});

test.each([
  [{ token: true }, { token: 'piped' }],
  [{ tokenFrom: 'ACME' }, { token: 'from-the-environment' }],
  [{ username: 'anna' }, { username: 'anna', password: 'piped' }],
  [
    { username: 'anna', passwordFrom: 'ACME' },
    { username: 'anna', password: 'from-the-environment' },
  ],
  [{ credentials: false }, { credentials: false }],
  // What commander gives where --no-credentials was not said.
  [{ credentials: true }, {}],
])('a secret is piped in or taken from a variable: %j', async (options, expected) => {
  expect(await writtenUpstream(io('piped\n'), options)).toEqual(expected);
});

test.each([
  [{ token: true, username: 'anna' }, /not several/],
  [{ tokenFrom: 'ACME', credentials: false }, /not several/],
  [{ passwordFrom: 'ACME' }, /needs --username/],
  [{ tokenFrom: 'NOT_SET' }, /NOT_SET is not set/],
  [{ tokenFrom: 'EMPTY' }, /EMPTY is not set/],
  [{ token: true }, /No token was given/],
])('options that make no sense are refused: %j', async (options, sentence) => {
  await expect(writtenUpstream(io(), options)).rejects.toThrow(sentence);
});

test('of what a registry lets in only that is changed which was said', () => {
  expect(policyChange({})).toEqual({});
  expect(policyChange({ offline: false, vanished: 'keep' })).toEqual({ offline: false, vanished: 'keep' });
  const current = { cooldown: { hours: 24, exempt: ['@acme/*'] } };
  expect(policyChange({ cooldown: '72h' }, current)).toEqual({
    cooldown: { hours: '72h', exempt: ['@acme/*'] },
  });
  expect(policyChange({ exempt: ['none'] }, current)).toEqual({ cooldown: { hours: 24, exempt: [] } });
});
