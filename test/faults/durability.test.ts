import { dirname, join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { publish, register } from '../setup/publish.ts';
import { launcher, startKontor } from '../setup/server.ts';
import { straceProblem, trace, type SystemCall } from '../setup/strace.ts';

async function needsStrace(context: TestContext): Promise<void> {
  const problem = await straceProblem();
  if (problem === undefined) return;
  if (process.env['CI']) throw new Error(problem);
  process.stdout.write(`\n!!! SKIPPED: ${context.task.name}. ${problem}\n\n`);
  context.skip(problem);
}

const isSync = (call: SystemCall): boolean => /^f(data)?sync$/.test(call.name);

function found(call: SystemCall | undefined, what: string): SystemCall {
  if (call === undefined) throw new Error(`The trace shows no ${what}.`);
  return call;
}

/** The write to the log of the database that holds the row of a blob, and the sync that makes it durable. */
function commitOf(calls: SystemCall[], name: string): { row: SystemCall; sync: SystemCall } {
  const log = calls.filter(({ path }) => path?.endsWith('/kontor.db-wal'));
  const row = found(
    log.find((call) => call.name.startsWith('pwrite') && call.text.includes(`npm/${name}/1.0.0/`)),
    `row of ${name}`,
  );
  const sync = log.find((call) => isSync(call) && call.start > row.end);
  return { row, sync: found(sync, `sync of the row of ${name}`) };
}

test('bytes and their names are durable before the row is written, and the row before the 201', async (context) => {
  await needsStrace(context);
  const server = await startKontor({ command: launcher });
  const token = await register(server, 'anna');
  const names = ['durable-a', 'durable-b', 'durable-c'];
  const calls = '--trace=fsync,fdatasync,link,linkat,pwrite64,pwritev,write,writev,sendto,sendmsg';
  const tracing = await trace(server.pid, [calls]);
  for (const name of names) {
    expect(await publish(server, token, name, '1.0.0')).toMatchObject({ status: 201 });
  }
  const traced = await tracing.stop();
  const answers = traced.filter(({ text }) => text.includes('HTTP/1.1 201 '));
  expect(answers).toHaveLength(names.length);

  for (const [index, name] of names.entries()) {
    const file = join(server.data, `blobs/npm/${name}/1.0.0/${name}-1.0.0.tgz`);
    const named = found(
      traced.find((call) => call.name.startsWith('link') && call.text.includes(`"${file}"`)),
      `link of ${file}`,
    );
    const staged = /"([^"]*)"/.exec(named.text)?.[1];
    const bytes = found(
      traced.find((call) => isSync(call) && call.path === staged),
      `sync of ${staged}`,
    );
    expect(bytes.result).toMatch(/^0/);
    expect(bytes.end).toBeLessThan(named.start);

    const { row, sync } = commitOf(traced, name);
    const syncedFolder = (folder: string, since: number): void => {
      const synced = traced.some(
        (call) => isSync(call) && call.path === folder && call.start > since && call.end < row.start,
      );
      expect(synced, `${folder} is synced before the row is written`).toBe(true);
    };
    // The file's own name, and the names of the two folders that are new with it.
    const folder = dirname(file);
    syncedFolder(folder, named.end);
    syncedFolder(dirname(folder), index === 0 ? -1 : (answers[index - 1]?.end ?? -1));
    syncedFolder(dirname(dirname(folder)), index === 0 ? -1 : (answers[index - 1]?.end ?? -1));

    expect(sync.result).toMatch(/^0/);
    expect(sync.end).toBeLessThan(found(answers[index], `answer for ${name}`).start);
  }
  expect(await server.stop()).toBe(0);
});

test('publishes that arrive together share the syncs of the database', async (context) => {
  await needsStrace(context);
  const server = await startKontor({ command: launcher });
  const token = await register(server, 'anna');
  expect(await publish(server, token, 'warm-up', '1.0.0')).toMatchObject({ status: 201 });
  const names = Array.from({ length: 8 }, (_, index) => `together-${index}`);
  // A disk whose syncs take 200 ms: whatever else is ready by then can share the next one.
  const tracing = await trace(server.pid, [
    `--trace-path=${join(server.data, 'kontor.db-wal')}`,
    '--trace=fsync,fdatasync,pwrite64,pwritev',
    '--inject=fsync,fdatasync:delay_enter=200000',
  ]);
  const answers = await Promise.all(names.map((name) => publish(server, token, name, '1.0.0')));
  const traced = await tracing.stop();
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 201));
  const syncs = new Set(names.map((name) => commitOf(traced, name).sync));
  process.stdout.write(`8 publishes at once: ${syncs.size} syncs of the database\n`);
  expect(syncs.size).toBeLessThan(names.length);
  expect(await server.stop()).toBe(0);
});
