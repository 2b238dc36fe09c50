#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { version } from './version.ts';

// For the published package: a clone's launcher has told Node already. Beside our own dependencies, as there.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/kontor', import.meta.url)));

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  // Scripts ask this often: as long as nothing else is loaded it takes hardly longer than Node itself.
  process.stdout.write(`${version()}\n`);
} else {
  const [{ clientsPart }, { processIo }] = await Promise.all([
    import('./client/route.ts'),
    import('./io.ts'),
  ]);
  const io = processIo();
  const clients = clientsPart(args, () => io.cwd);
  if (clients === undefined) {
    // What the server's commands make is for this user and, for backups, its group: databases hold password hashes and keys.
    process.umask(process.umask() | 0o027);
    const { run } = await import('./program.ts');
    process.exitCode = await run(args, io, () => import('../server/index.ts'));
  } else {
    const [{ runClient }, { interruptSignal }] = await Promise.all([
      import('./client/run.ts'),
      import('./client/interrupt.ts'),
    ]);
    process.exitCode = await runClient(clients.args, {
      io,
      program: clients.program,
      interrupt: interruptSignal,
    });
  }
}
