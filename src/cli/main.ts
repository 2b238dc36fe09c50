#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// For the published package: a clone's launcher has told Node already. Beside our own dependencies, as there.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/kontor', import.meta.url)));

// What we make is for this user and, for backups, its group: databases hold password hashes and keys.
process.umask(process.umask() | 0o027);

const [{ run }, { processIo }] = await Promise.all([import('./program.ts'), import('./io.ts')]);
process.exitCode = await run(process.argv.slice(2), processIo(), () => import('../server/index.ts'));
