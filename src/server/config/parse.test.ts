import { describe, expect, test } from 'vitest';
import { parseDatabase, showDatabase } from './database.ts';
import { levelOfRustFilter } from './log-level.ts';
import { nearest } from '../../kernel/index.ts';
import {
  Complaint,
  isLoopback,
  isPlaceholder,
  parseDuration,
  parseHost,
  parseHttpUrl,
  parsePort,
  parseSize,
} from './parse.ts';

function refused(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    return error instanceof Complaint;
  }
}

describe('units', () => {
  test.each([
    ['100MB', 104_857_600],
    ['10 mb', 10_485_760],
    ['1.5KiB', 1536],
    ['7', 7],
    ['2G', 2_147_483_648],
    ['12B', 12],
  ])('[D-16] %s is %d bytes', (raw, bytes) => {
    expect(parseSize(raw)).toBe(bytes);
  });

  test.each(['10XB', '', 'MB', '-1MB', '0', '1e3', '99999999TB'])('[D-16] "%s" is no size', (raw) => {
    expect(refused(() => parseSize(raw))).toBe(true);
  });

  test.each([
    ['500ms', 500],
    ['300s', 300_000],
    ['10m', 600_000],
    ['24h', 86_400_000],
    ['1.5 h', 5_400_000],
    ['2d', 172_800_000],
  ])('%s is %d milliseconds', (raw, ms) => {
    expect(parseDuration(raw)).toBe(ms);
  });

  test.each(['300', 'm', '-1s', '0s', '0.1ms', '25d', '10 minutes'])(
    '"%s" is no duration that a timer can keep',
    (raw) => {
      expect(refused(() => parseDuration(raw))).toBe(true);
    },
  );
});

describe('addresses', () => {
  test.each([
    ['0', 0],
    ['65535', 65_535],
  ])('%s is a port', (raw, port) => {
    expect(parsePort(raw)).toBe(port);
  });

  test.each(['65536', '-1', '3000.5', ' 3000', '0x10', 'tcp://10.0.0.1:80'])('"%s" is no port', (raw) => {
    expect(refused(() => parsePort(raw))).toBe(true);
  });

  test.each([
    ['0.0.0.0', '0.0.0.0'],
    ['[::1]', '::1'],
    ['build-1.example.com', 'build-1.example.com'],
  ])('%s is the host %s', (raw, host) => {
    expect(parseHost(raw)).toBe(host);
  });

  test.each(['*', 'localhost:3000', 'http://localhost', '-a', 'a/b'])('"%s" is no host', (raw) => {
    expect(refused(() => parseHost(raw))).toBe(true);
  });

  test.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.example.com', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  test.each([
    ['https://packages.example.com/', 'https://packages.example.com'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['https://example.com/a/b//', 'https://example.com/a/b'],
  ])('[P-28] %s becomes %s', (raw, url) => {
    expect(parseHttpUrl(raw)).toBe(url);
  });

  test.each([
    '/',
    'packages.example.com',
    'ftp://example.com',
    'https://u:p@example.com',
    'https://example.com/?a',
    'https://e.com/#',
  ])('"%s" is no public address', (raw) => {
    expect(refused(() => parseHttpUrl(raw))).toBe(true);
  });
});

describe('databases', () => {
  test.each([
    ['sqlite:data/a.db', '/w/data/a.db'],
    ['sqlite://data/a.db', '/w/data/a.db'],
    ['sqlite:/data/a.db', '/data/a.db'],
    ['sqlite:///data/a.db', '/data/a.db'],
  ])('%s is the file %s', (raw, path) => {
    expect(parseDatabase(raw, '/w')).toEqual({ kind: 'sqlite', path });
  });

  test.each(['postgresql://aam:secret@db:5432/aam', 'postgres://db/aam', 'postgresql:///aam?host=/run'])(
    '[S-68] %s is PostgreSQL',
    (url) => {
      expect(parseDatabase(url, '/w')).toEqual({ kind: 'postgresql', url });
    },
  );

  test.each([
    'kontor.db',
    'sqlite:',
    'sqlite::memory:',
    'sqlite:a.db?mode=rwc',
    'mysql://db/x',
    'postgresql://aam:p/ss@db/aam',
    'postgresql://aam:12#3@db/aam',
    'postgresql://aam:12/3@db/aam',
    'postgresql://aam:p%ss@db/aam',
    'postgresql://aam:$(POSTGRES_PASSWORD)@db/aam',
  ])('%s is refused', (raw) => {
    expect(refused(() => parseDatabase(raw, '/w'))).toBe(true);
  });

  test('no password of a PostgreSQL URL is shown, wherever it stands', () => {
    const shown = showDatabase({ kind: 'postgresql', url: 'postgresql://aam:geheim@db/aam?password=geheim' });
    expect(shown).not.toContain('geheim');
    expect(shown).toContain('aam:***@db/aam');
  });
});

describe('log filters', () => {
  test.each([
    ['vais_registry_server=info', 'info'],
    ['info', 'info'],
    ['vais_registry_server=debug', 'debug'],
    ['crate=debug,other=warn', 'debug'],
    ['WARN,server::http[request{id=1}]=error', 'warn'],
    ['off', 'silent'],
  ])('[V-11] [S-69] %s is the level %s', (raw, level) => {
    expect(levelOfRustFilter(raw)).toBe(level);
  });

  test.each(['inof', 'crate=', 'info,', 'a=b=c', 'info/regex'])(
    '[V-11] the filter "%s" is refused',
    (raw) => {
      expect(refused(() => levelOfRustFilter(raw))).toBe(true);
    },
  );
});

test('placeholders are told from passwords', () => {
  const samples = [
    '<generate-strong-password>',
    '${ADMIN_PASSWORD}',
    '$(POSTGRES_PASSWORD)',
    'changeme',
    '$ecret',
    'a<b>',
  ];
  expect(samples.map(isPlaceholder)).toEqual([true, true, true, false, false, false]);
});

test('the nearest name is suggested only if it is near', () => {
  expect(nearest('prot', ['host', 'port', 'data'])).toBeUndefined();
  expect(nearest('KONTOR_PROT', ['KONTOR_HOST', 'KONTOR_PORT'])).toBe('KONTOR_PORT');
  expect(nearest('KONTOR_FLYING_SAUCER', ['KONTOR_HOST', 'KONTOR_PORT'])).toBeUndefined();
});
