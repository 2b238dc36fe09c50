import { beforeEach, describe, expect, test } from 'vitest';
import type { Door } from '../../doors/index.ts';
import { pantryDoor, type PantryDoorOptions } from '../../doors/pantry/index.ts';

import type { Catalogue, RegistryRow } from '../../registry/index.ts';
import { Doors } from './doors.ts';
import { destinationOf, routePath } from './paths.ts';
import { RegistryTable } from './registries.ts';

const npm = { name: 'npm', format: 'npm', canonicalPath: (path: string) => path } as Door;
const pantry = pantryDoor({} as PantryDoorOptions);
const doors = new Doors([npm, pantry]);
let registries: RegistryTable;

beforeEach(async () => {
  const rows = ['npm', 'team-npm'].map((name) => ({ name, format: 'npm' }) as RegistryRow);
  registries = new RegistryTable({ registries: () => Promise.resolve(rows) } as unknown as Catalogue);
  await registries.refresh();
});

const route = (url: string) => routePath(url, registries, doors);

describe('a path leads', () => {
  test("to the door of the registry's format, at the registry's name", () => {
    expect(route('/team-npm/demo?write=true')).toBe('/~npm/team-npm/demo?write=true');
    expect(destinationOf('/team-npm/demo', registries, doors)).toMatchObject({ prefix: '/team-npm' });
  });

  test('to a further door at its own name, and to the registry that it is onto', () => {
    expect(route('/pantry/packages/@acme/demo/1.0.0')).toBe('/~pantry/npm/packages/@acme%2fdemo/1.0.0');
    expect(destinationOf('/pantry/search?q=x', registries, doors)).toMatchObject({
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
    expect(destinationOf('/publish', registries, doors)).toMatchObject({ door: pantry, prefix: '' });
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
      expect(destinationOf(path, registries, doors)).toMatchObject({ door: npm });
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
    expect(destinationOf(path, registries, doors).door).toBeUndefined();
  });

  test('nowhere, if neither a registry nor a door has it', () => {
    expect(route('/elsewhere/demo')).toBe('/elsewhere/demo');
    expect(route('/~pantry/npm/search')).toBe('/-/~pantry/npm/search');
  });

  test('nowhere, if the registry of a further door is not there', async () => {
    registries = new RegistryTable({ registries: () => Promise.resolve([]) } as unknown as Catalogue);
    await registries.refresh();
    expect(route('/pantry/search')).toBe('/pantry/search');
    expect(destinationOf('/pantry/search', registries, doors)).toMatchObject({ registry: 'npm' });
  });
});
