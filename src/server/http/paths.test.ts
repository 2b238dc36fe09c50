import { beforeEach, describe, expect, test } from 'vitest';
import type { Door } from '../../doors/index.ts';
import { pantryDoor } from '../../doors/pantry/index.ts';

import type { Catalogue, RegistryRow } from '../../registry/index.ts';
import { Doors } from './doors.ts';
import { destinationOf, routePath } from './paths.ts';
import { RegistryTable } from './registries.ts';

const npm = { name: 'npm', format: 'npm', canonicalPath: (path: string) => path } as Door;
const pantry = pantryDoor();
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
    expect(destinationOf('/publish', registries, doors)).toMatchObject({ door: pantry, prefix: '' });
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
