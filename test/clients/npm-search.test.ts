import { beforeAll, describe, expect, test } from 'vitest';
import { npmClient, type Client } from '../setup/clients.ts';
import { machine, output, project } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { startKontor } from '../setup/server.ts';

let npm: Client;
let registry: string;
let anna: string;
let berta: string;

beforeAll(async () => {
  npm = await npmClient();
  const server = await startKontor();
  registry = `${server.url}/npm`;
  anna = await register(server, 'anna');
  berta = await register(server, 'berta');
  const open = { name: 'word-counter', version: '1.0.0', description: 'Counts words', keywords: ['text'] };
  const closed = { name: '@acme/word-secret', version: '1.0.0', description: 'Counts in secret' };
  for (const [manifest, access] of [
    [open, 'public'],
    [closed, 'restricted'],
  ] as const) {
    const folder = project(machine(registry, anna), 'package', manifest, { 'index.js': '' });
    output(await npm.run(['publish', `--access=${access}`], folder));
  }
});

async function search(token: string | undefined, ...args: string[]): Promise<string> {
  return output(await npm.run(['search', ...args], machine(registry, token)));
}

describe('[P-01] npm search', () => {
  test('prints a package that was published here', async () => {
    const printed = await search(undefined, 'word');
    expect(printed).toContain('word-counter\nCounts words\nVersion 1.0.0 published');
    expect(printed).toContain('Maintainers: anna');
    expect(printed).toContain('Keywords: text');
  });

  test('gives the same to programs', async () => {
    expect(JSON.parse(await search(berta, 'counts', 'words', '--json'))).toEqual([
      expect.objectContaining({
        name: 'word-counter',
        version: '1.0.0',
        description: 'Counts words',
        keywords: ['text'],
        publisher: { username: 'anna', email: '' },
        maintainers: [{ username: 'anna', email: '' }],
      }),
    ]);
  });

  test('shows a private package to its owner and to nobody else', async () => {
    expect(await search(anna, 'word')).toContain('@acme/word-secret');
    for (const token of [undefined, berta]) {
      expect(await search(token, 'word')).not.toContain('secret');
      expect(await search(token, 'secret')).toContain('No matches found');
    }
  });
});
