import { expect, test } from 'vitest';
import { Claims } from './claims.ts';
import { defaultPolicy } from './default-policy.ts';
import { Gate } from './gate/index.ts';
import { judgeAgain } from './judge-again.ts';
import type { RegistryRow, Rights } from './ports/index.ts';

const none = () => Promise.resolve(new Map());

test('what came from upstream is judged by the rules of now, with the claims of the settings', async () => {
  const registry = { id: 7, name: 'npm', format: 'npm' } as RegistryRow;
  let revision = 1;
  const rights: Pick<Rights, 'of'> = {
    of: () =>
      Promise.resolve({ policyRevision: revision } as Exclude<Awaited<ReturnType<Rights['of']>>, undefined>),
  };
  const policies = {
    of: (_: unknown, at: number) => Promise.resolve({ ...defaultPolicy, claims: at > 1 ? ['@acme/*'] : [] }),
  };
  const claims = new Claims(
    {
      claims: () => Promise.resolve([]),
      ownAmong: () => Promise.resolve(new Set()),
      ofFormat: async () => [],
    },
    policies,
  );
  const parts = {
    blocks: { on: none, list: () => Promise.resolve([]) },
    advisories: { attacks: none },
    policies,
    ranges: new Map(),
  };
  const gate = new Gate({ ...parts, clock: () => 5 });
  const judge = judgeAgain({ rights, claims, gate }, registry, '@acme/ui');
  const version = { version: '1.0.0', time: 1 };
  await expect(judge(version)).resolves.toBeUndefined();
  revision = 2;
  await expect(judge(version)).rejects.toMatchObject({ code: 'conflict' });
});
