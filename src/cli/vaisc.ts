#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { processIo } from './io.ts';
import { runVaisc } from './client/vaisc.ts';

// As in main.ts.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/kontor', import.meta.url)));

process.exitCode = await runVaisc(process.argv.slice(2), processIo('error'));
