import { expect, test } from 'vitest';
import { registryChange } from './registry-options.ts';

const kontor = { organisations: { known: async (name: string) => ({ id: 7, name }) } };

test('only what was said of a registry is changed', async () => {
  expect(await registryChange(kontor, {})).toEqual({});
  expect(await registryChange(kontor, { visibility: 'private', organisation: 'acme' })).toEqual({
    visibility: 'private',
    organisationId: 7,
  });
  expect(await registryChange(kontor, { publish: 'admins' })).toEqual({ publish: 'admins' });
});

test('--no-organisation takes the organisation away', async () => {
  expect(await registryChange(kontor, { organisation: false })).toEqual({ organisationId: null });
});
