import { expect, test } from 'vitest';
import type { RegistryRow } from '../../registry/index.ts';
import { npmRegistry } from '../../../test/setup/rows.ts';
import { storagePlace } from './storage-place.ts';

const registry = (name: string, format: string): RegistryRow => ({ ...npmRegistry, name, format });
const vais = registry('vais', 'vais');
const catalogue = { registries: () => Promise.resolve([npmRegistry, vais, registry('tools', 'npm')]) };

test.each([
  ['vais', 'json-parser', '1.0.0', 'json-parser/1.0.0.tar.gz'],
  ['vais', 'a_b', '1.0.0-RC.1+b', 'a_b/1.0.0-~r~c.1+b.tar.gz'],
  // What has a folder at the top, or may get one.
  ['vais', 'npm', '1.0.0', 'vais/npm/1.0.0.tar.gz'],
  ['vais', 'commits', '1.0.0', 'vais/commits/1.0.0.tar.gz'],
  ['vais', 'tools', '1.0.0', 'vais/tools/1.0.0.tar.gz'],
  ['team-vais', 'json-parser', '1.0.0', 'team-vais/json-parser/1.0.0.tar.gz'],
])('[V-69] of %s, %s %s lies at %s on a server for Vais packages', async (where, name, version, place) => {
  const of = registry(where, 'vais');
  expect(await storagePlace({ catalogue, atTop: true }, of, { name, version })).toBe(place);
  expect(await storagePlace({ catalogue, atTop: false }, of, { name, version })).toBe(
    place.startsWith(`${where}/`) ? place : `${where}/${place}`,
  );
});
