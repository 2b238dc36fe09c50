import { beforeEach, describe, expect, test } from 'vitest';
import type { Door } from '../../doors/index.ts';
import { pantryDoor, type PantryDoorOptions } from '../../doors/pantry/index.ts';
import { vaisDoor, type VaisDoorOptions } from '../../doors/vais/index.ts';
import type { Catalogue, RegistryRow } from '../../registry/index.ts';
import { Doors } from './doors.ts';
import { destinationOf, routePath } from './paths.ts';
import { RegistryTable } from './registries.ts';

const npm = { name: 'npm', format: 'npm', canonicalPath: (path: string) => path } as Door;
const pantry = pantryDoor({} as PantryDoorOptions);
const vais = vaisDoor({} as VaisDoorOptions);
const doors = new Doors([npm, pantry, vais]);
let registries: RegistryTable;

beforeEach(async () => {
  const rows = ['npm', 'team-npm', 'vais'].map((name) => {
    const format = name === 'vais' ? 'vais' : 'npm';
    return { name, format } as RegistryRow;
  });
  registries = new RegistryTable({ registries: () => Promise.resolve(rows) } as unknown as Catalogue);
  await registries.refresh();
});

const route = (url: string, method = 'GET') => routePath({ url, method }, registries, doors);
const destination = (url: string) => destinationOf({ url, method: 'GET' }, registries, doors);

describe('a path leads', () => {
  test("to the door of the registry's format, at the registry's name", () => {
    expect(route('/team-npm/demo?write=true')).toBe('/~npm/team-npm/demo?write=true');
    expect(destination('/team-npm/demo')).toMatchObject({ prefix: '/team-npm' });
  });

  test('to a further door at its own name, and to the registry that it is onto', () => {
    expect(route('/pantry/packages/@acme/demo/1.0.0')).toBe('/~pantry/npm/packages/@acme%2fdemo/1.0.0');
    expect(destination('/pantry/search?q=x')).toMatchObject({
      door: pantry,
      prefix: '/pantry',
    });
  });

  test('to a further door at the root, where it takes the path', () => {
    expect(route('/packages/%40acme%2Fdemo')).toBe('/~pantry/npm/packages/@acme%2fdemo');
    expect(route('//search?q=a/b')).toBe('/~pantry/npm/search?q=a/b');
    expect(route('/commits/1a2b3c4/%40acme%2Fdemo/tarball.tgz')).toBe(
      '/~pantry/npm/commits/1a2b3c4/@acme%2fdemo/tarball',
    );
    expect(destination('/publish')).toMatchObject({ door: pantry, prefix: '' });
  });

  test('to the pantry door, where it is the address of a preview', () => {
    expect(route('/tinylibs/tinybench/tinybench@a832a55?x=1')).toBe(
      '/~pantry/npm/~/tinylibs%2Ftinybench%2Ftinybench%40a832a55?x=1',
    );
    expect(route('/pantry/user/repo/demo@1a2b3c4')).toBe('/~pantry/npm/~/user%2Frepo%2Fdemo%401a2b3c4');
  });

  test.each(['/npm/demo@1.0.0', '/team-npm/@acme/demo@1.0.0', '/npm/@acme%2fdemo/-/demo-1.0.0@x.tgz'])(
    'to the registry that it begins with, though it could be the address of a preview: %s',
    (path) => {
      expect(destination(path)).toMatchObject({ door: npm });
    },
  );

  test.each([
    '/',
    '/@acme/demo',
    '/@acme%2fdemo',
    '/demo/-/demo-1.0.0@x.tgz',
    '/elsewhere/-/user/org.couchdb.user:anna@example.com',
    '/-/npm/v1/oidc/token/exchange/package/@acme%2fdemo',
    '/-/invitations/anna@example.com',
    '/-/user@example.com',
    '/%2d/user@example.com',
    '/health',
    '/health/db@1234567',
    '/zig/packages@1234567',
    '/api/users/anna@example.com',
    '/four/segments/of/demo@1234567',
    '/~someone/demo@1234567',
    '/.well-known/demo@1234567',
    '/demo@',
  ])('to no door at the root: %s', (path) => {
    expect(destination(path).door).toBeUndefined();
  });

  test('nowhere, if neither a registry nor a door has it', () => {
    expect(route('/elsewhere/demo')).toBe('/elsewhere/demo');
    expect(route('/~pantry/npm/search')).toBe('/-/~pantry/npm/search');
  });

  test('nowhere, if the registry of a further door is not there', async () => {
    registries = new RegistryTable({ registries: () => Promise.resolve([]) } as unknown as Catalogue);
    await registries.refresh();
    expect(route('/pantry/search')).toBe('/pantry/search');
    expect(destination('/pantry/search')).toMatchObject({ registry: 'npm' });
  });
});

const doorOf = (url: string, method = 'GET', all = doors) =>
  destinationOf({ url, method }, registries, all).door?.name;
const contendersFor = (url: string, method = 'GET', all = doors) =>
  destinationOf({ url, method }, registries, all).contenders.map(({ door, name }) => [door.name, name]);

describe('[V-61] [V-63] where several doors have the same path at the root, it leads', () => {
  test.each([
    ['GET', '/index.json'],
    ['GET', '/packages/demo/index.json'],
    ['GET', '/packages/demo/1.0.0.tar.gz'],
    ['POST', '/packages/demo/1.0.0/yank'],
    ['POST', '/packages/demo/1.0.0/unyank'],
    ['POST', '/packages/demo/owners'],
    ['DELETE', '/packages/demo/owners/anna'],
    ['POST', '/packages/publish'],
    ['OPTIONS', '/packages/publish'],
    ['POST', '/auth/login'],
    ['DELETE', '/auth/tokens/1'],
    ['GET', '/categories/parsers'],
    ['GET', '/popular'],
    ['GET', '/recent'],
    ['GET', '/users/anna'],
    ['GET', '/api/v1/packages/demo/1.0.0'],
    ['GET', '/api/v1/search'],
  ])('to the Vais door if it alone knows it: %s %s', (method, url) => {
    for (const all of [doors, new Doors([npm, vais, pantry])]) {
      expect(doorOf(url, method, all)).toBe('vais');
      expect(contendersFor(url, method, all)).toEqual([]);
    }
  });

  test.each([
    ['POST', '/publish'],
    ['GET', '/packages/@acme/demo'],
    ['GET', '/packages/%40acme%2fdemo/1.0.0'],
    ['GET', '/packages/@acme/index.json'],
    ['GET', '/packages/@acme/demo.tar.gz'],
    ['GET', '/packages/demo/versions'],
    ['GET', '/packages/demo/1.0.0/tarball'],
    ['GET', '/analytics'],
  ])('to the pantry door if it alone can mean something there: %s %s', (method, url) => {
    for (const all of [doors, new Doors([npm, vais, pantry], 'vais')]) {
      expect(doorOf(url, method, all)).toBe('pantry');
      expect(contendersFor(url, method, all).length).toBeLessThan(2);
    }
  });

  test('to whoever has the package, in an order that the profile begins', () => {
    for (const url of [
      '/packages/demo',
      '/packages/demo/1.0.0',
      '//packages//demo?x=1',
      '/packages/publish',
    ]) {
      const name = url.includes('publish') ? 'publish' : 'demo';
      expect(contendersFor(url)).toEqual([
        ['pantry', name],
        ['vais', name],
      ]);
      expect(contendersFor(url, 'HEAD', new Doors([npm, pantry, vais], 'vais'))).toEqual([
        ['vais', name],
        ['pantry', name],
      ]);
    }
  });

  test('to the first of them, though its packages cannot be called so: no other is asked for what it does not have', () => {
    const first = new Doors([npm, pantry, vais], 'vais');
    for (const name of ['std', 'main', 'Abc', 'Demo.js']) {
      for (const url of [`/packages/${name}`, `/packages/${name}/1.0.0`]) {
        expect(doorOf(url, 'GET', first)).toBe('vais');
        expect(contendersFor(url, 'GET', first)).toEqual([
          ['vais', undefined],
          ['pantry', name],
        ]);
        expect(doorOf(url)).toBe('pantry');
        expect(contendersFor(url)).toEqual([['pantry', name]]);
      }
    }
  });

  test('to the first of them where no package is meant', () => {
    expect(doorOf('/search?q=demo')).toBe('pantry');
    expect(doorOf('/search?q=demo', 'GET', new Doors([npm, pantry, vais], 'vais'))).toBe('vais');
    expect(contendersFor('/search')).toEqual([]);
  });

  test('to the one that was decided on', () => {
    const decided = destination('/packages/demo').contenders[1]?.door;
    const target = { url: '/packages/demo?x=1', method: 'GET', decided };
    expect(routePath(target, registries, doors)).toBe('/~vais/vais/packages/demo?x=1');
  });
});
