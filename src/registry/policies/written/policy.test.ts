import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UpstreamEntry } from '../settings.ts';
import { Place, readPolicy, showPolicy } from './index.ts';

function read(value: unknown, variables?: Record<string, string>) {
  const problems: string[] = [];
  const place = new Place(problems, 'registries.npm', ' in kontor.yaml');
  const { settings, upstreams } = readPolicy(place, value, variables && ((name) => variables[name]));
  return { problems, settings, upstreams: upstreams?.map(({ entry }) => entry) };
}

const upstream = (more: object) => ({ upstreams: [{ url: 'https://npm.acme.example', ...more }] });
const only = (value: object, variables?: Record<string, string>): UpstreamEntry | undefined => {
  const { problems, upstreams } = read(upstream(value), variables);
  expect(problems).toEqual([]);
  return upstreams?.[0];
};

describe('a policy as people write it', () => {
  test('is read whole, durations in milliseconds', () => {
    const { problems, settings, upstreams } = read({
      upstreams: [
        {
          name: 'acme',
          url: 'https://npm.acme.example/base',
          names: ['@acme/*'],
          allowHosts: ['*.acme-cdn.example', 'files.example:8443', '[::1]:4873'],
          allowPrivate: true,
          timeouts: { connect: '5s', headers: '20s' },
          freshness: '10m',
          missingFreshness: '30s',
          patience: '500ms',
        },
        { url: 'npm' },
      ],
      offline: false,
      claims: ['@acme/*', 'acme-*', 'demo'],
      requireClaim: true,
      vanished: 'keep',
      blockMalicious: false,
      cooldown: { hours: 72, exempt: ['@acme/*', 'left-pad@1.x', '@acme/ui@^2'] },
    });
    expect(problems).toEqual([]);
    expect(upstreams).toEqual([
      {
        name: 'acme',
        url: 'https://npm.acme.example/base/',
        names: ['@acme/*'],
        allowHosts: ['*.acme-cdn.example', 'files.example:8443', '[::1]:4873'],
        allowPrivate: true,
        timeouts: { connect: 5_000, headers: 20_000 },
        freshness: 600_000,
        missingFreshness: 30_000,
        patience: 500,
      },
      { name: 'npm', url: 'npm' },
    ]);
    expect(settings).toEqual({
      offline: false,
      claims: ['@acme/*', 'acme-*', 'demo'],
      requireClaim: true,
      vanished: 'keep',
      blockMalicious: false,
      cooldown: { hours: 72, exempt: ['@acme/*', 'left-pad@1.x', '@acme/ui@^2'] },
    });
  });

  test('says nothing of what is not there, and null is not there', () => {
    expect(read({})).toEqual({ problems: [], settings: {}, upstreams: undefined });
    expect(read({ upstreams: null, cooldown: null, claims: null })).toEqual(read({}));
    expect(read({ upstreams: [] }).upstreams).toEqual([]);
  });

  test('has an upstream called as its host where it is called nothing', () => {
    expect(only({})?.name).toBe('npm.acme.example');
    expect(only({ url: 'http://[::1]:4873/' })?.name).toBe('1-4873');
  });

  test('may have one text for a list of it, and one value for a cooldown', () => {
    expect(only({ names: '@acme/*' })?.names).toEqual(['@acme/*']);
    expect([72, '72h', '3d', 'off', 0].map((cooldown) => read({ cooldown }).settings.cooldown)).toEqual([
      { hours: 72 },
      { hours: 72 },
      { hours: 72 },
      { hours: 0 },
      { hours: 0 },
    ]);
  });
});

describe('credentials', () => {
  test.each([
    [{ token: 'abc' }, 'Bearer abc'],
    [
      { username: 'anna', password: 'pass: word ü' },
      `Basic ${Buffer.from('anna:pass: word ü').toString('base64')}`,
    ],
    [{ authorization: 'Basic YTpi' }, 'Basic YTpi'],
    [{ tokenFrom: 'ACME' }, 'Bearer from-the-environment'],
    [{ username: 'anna', passwordFrom: 'ACME' }, 'Basic YW5uYTpmcm9tLXRoZS1lbnZpcm9ubWVudA=='],
  ])('%j become a header', (given, expected) => {
    expect(only(given, { ACME: 'from-the-environment' })?.authorization).toBe(expected);
  });

  test.each([
    [{ token: 'abc', username: 'anna', password: 'b' }, /more than one kind/],
    [{ username: 'anna' }, /without a password/],
    [{ password: 'anna' }, /without a username/],
    [{ username: 'an:na', password: 'b' }, /username .*colon/],
    [{ token: 'a\r\nx-evil: 1' }, /token .*cannot be sent/],
    [{ token: 'ü' }, /token .*cannot be sent/],
    [{ token: '${ACME}' }, /placeholder/],
    [{ token: 'a', credentials: false }, /leave one out/],
    [{ tokenFrom: 'NOT_SET' }, /names NOT_SET, which is not set/],
    [{ token: 'a', tokenFrom: 'ACME' }, /leave one out/],
  ])('%j are refused', (given, sentence) => {
    const { problems } = read(upstream(given), { ACME: 'x' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
    expect(problems[0]).not.toContain('evil');
  });

  test('are not taken from the environment of the server for who writes to the API', () => {
    expect(read(upstream({ tokenFrom: 'KONTOR_SECRET' })).problems).toEqual([
      expect.stringContaining('upstreams[0].tokenFrom in kontor.yaml is not a setting'),
    ]);
  });

  test('are never shown', () => {
    const { upstreams = [] } = read(upstream({ token: 'geheim', freshness: '90s' }));
    expect(showPolicy({ upstreams }).upstreams).toEqual([
      { name: 'npm.acme.example', url: 'https://npm.acme.example/', credentials: true, freshness: '90s' },
    ]);
  });
});

describe('what is wrong', () => {
  test.each([
    [
      { upstrems: [] },
      /registries\.npm\.upstrems in kontor\.yaml is not a setting: did you mean upstreams\?/,
    ],
    [{ upstreams: {} }, /upstreams .*is no list/],
    [{ upstreams: [7] }, /upstreams\[0\] .*is no map/],
    [upstream({ url: 'ftp://x' }), /url .*no web address|url .*is not a web address/],
    [upstream({ url: 'https://u:p@x/' }), /url .*holds credentials/],
    [upstream({ url: 'https://x/?a=1' }), /url .*query/],
    [{ upstreams: [{ name: 'acme' }] }, /url .*is missing/],
    [upstream({ name: 'Ac me' }), /name .*is no name/],
    [upstream({ names: ['@*/x'] }), /names\[0\] .*is no pattern/],
    [upstream({ allowHosts: ['https://x/'] }), /allowHosts\[0\] .*is no host/],
    [upstream({ allowHosts: ['1.2.3.4.5'] }), /allowHosts\[0\] .*is no host/],
    [upstream({ allowHosts: ['*.10.0.0.1'] }), /allowHosts\[0\] .*is no host/],
    [upstream({ allowHosts: ['a.example:0'] }), /allowHosts\[0\] .*is no host/],
    [upstream({ allowPrivate: 'yes' }), /allowPrivate .*neither true nor false/],
    [upstream({ freshness: 5 }), /freshness .*is not a duration/],
    [upstream({ freshness: '30d' }), /freshness .*is not a duration/],
    [upstream({ timeouts: { conect: '5s' } }), /timeouts\.conect .*did you mean connect\?/],
    [
      { upstreams: [{ url: 'https://x/' }, { url: 'https://x/y/' }] },
      /upstreams\[1\] .*second upstream called x/,
    ],
    [{ vanished: 'gone' }, /vanished .*hide, keep/],
    [{ cooldown: { hours: -1 } }, /hours .*no time of waiting/],
    [{ cooldown: { exempt: ['left-pad@'] } }, /exempt\[0\] .*exempts nothing/],
    [{ cooldown: { hours: 1e9 } }, /hours .*no time of waiting/],
    [7, /is no map/],
    [null, /is no map/],
  ])('with %j is said in a sentence', (value, sentence) => {
    const { problems } = read(value);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });

  test('is never more than a sentence: nothing that is JSON throws', () => {
    const key = fc.constantFrom(
      'upstreams',
      'url',
      'name',
      'names',
      'cooldown',
      'claims',
      'token',
      '__proto__',
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue(),
        fc.dictionary(key, tie('value')),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (written) => {
        expect(() => read(written)).not.toThrow();
        expect(() => read({ upstreams: [written], cooldown: written })).not.toThrow();
      }),
    );
  });
});

test('what is shown is read back', () => {
  const { settings, upstreams } = read({
    ...upstream({ names: ['a*'], timeouts: { idle: '1.5h' }, patience: '1d', allowPrivate: false }),
    cooldown: { hours: 0.5 },
    vanished: 'hide',
  });
  const shown = showPolicy({ ...settings, ...(upstreams && { upstreams }) });
  expect(read(shown)).toEqual({ problems: [], settings, upstreams });
});
