import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { publish, register } from '../setup/publish.ts';
import { temporaryFolder } from '../setup/resources.ts';
import { bundledLauncher } from '../setup/bundle.ts';
import { kontor, startKontor } from '../setup/server.ts';

describe('a store that cannot be opened is named with the setting to change', () => {
  const blocked = join(temporaryFolder('blocked'), 'file');
  writeFileSync(blocked, 'this is no folder and no database, whatever one may wish');

  test.each([
    ['a data folder that is a file', { KONTOR_DATA: blocked }, `${blocked} cannot be used: it is a file`],
    ['a data folder below a file', { KONTOR_DATA: join(blocked, 'data') }, 'cannot be used: it is a file'],
    ['files below a file', { KONTOR_STORAGE: `file:${blocked}/blobs` }, 'or KONTOR_STORAGE to another place'],
    ['a database of another kind', { KONTOR_DATABASE: `sqlite:${blocked}` }, 'is not an SQLite database'],
    ['a database that is a folder', { KONTOR_DATABASE: 'sqlite:/' }, 'cannot be opened: it is no file'],
  ])('%s', async (_what, env, sentence) => {
    const { code, stderr } = await kontor(['serve'], {
      env: { KONTOR_DATA: join(temporaryFolder('data'), 'data'), KONTOR_PORT: '0', ...env },
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(sentence) as string });
    expect(stderr).not.toContain('KONTOR_LOG_LEVEL=debug');
  });
});

describe('the disk of the packages is not mounted', () => {
  test('the server refuses to start on an empty folder instead of storing what comes below the mount point', async () => {
    const disk = temporaryFolder('disk');
    const env = { KONTOR_STORAGE: `file:${disk}/blobs` };
    const server = await startKontor({ env });
    const token = await register(server, 'anna');
    expect((await publish(server, token, 'kept', '1.0.0')).status).toBe(201);
    await server.stop();

    renameSync(join(disk, 'blobs'), join(disk, 'elsewhere'));
    for (const state of ['missing', 'empty']) {
      if (state === 'empty') mkdirSync(join(disk, 'blobs'));
      const { code, stderr } = await kontor(['serve'], {
        env: { ...env, KONTOR_DATA: server.data, KONTOR_PORT: '0' },
      });
      expect({ state, code, stderr }).toEqual({
        state,
        code: 1,
        stderr: expect.stringContaining('is empty or missing: mount the disk') as string,
      });
    }
    expect(readdirSync(join(disk, 'blobs'))).toEqual([]);
  });
});

test('a stop that a supervisor and npm both signal is one stop, and ends with code 0', async () => {
  const server = await startKontor();
  const ended = server.stop();
  void server.stop();
  expect(await ended).toBe(0);
  expect(server.logs()).toContain('"msg":"stopped"');
});

test.each([
  ['whose reader goes away', '>(head -1 >&2)', 'nobody reads standard output any more'],
  ['on a full disk', '/dev/full', 'the log cannot be written'],
])('a server with a log %s goes on serving, says so, and stops as asked', async (_where, log, sentence) => {
  const command = join(temporaryFolder('command'), 'kontor');
  writeFileSync(command, `#!/bin/bash\nexec '${await bundledLauncher()}' "$@" > ${log}\n`, { mode: 0o755 });
  const server = await startKontor({ command });
  const token = await register(server, 'anna');
  await expect.poll(() => server.logs()).toContain(`kontor: ${sentence}`);
  expect((await publish(server, token, 'kept', '1.0.0')).status).toBe(201);
  expect(await server.stop()).toBe(0);
});
