import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import {
  line,
  scriptedPackage,
  serves,
  type Script,
  type ScriptedPackage,
} from '../../test/upstream/index.ts';
import { BASE, lockedVersions } from '../setup/application.ts';

/**
 * A registry behind a line with 50 ms of delay and 20 MB/s. It has the application's packages, in the versions that are installed, and
 * any package whose name begins with `made-`, with one archive of 1 MB that no other has, or with `small-`. `/-/tally` tells how much was asked since
 * the last time.
 */
const [port, fixture] = process.argv.slice(2);
if (port === undefined || fixture === undefined) throw new Error('usage: server.ts PORT FIXTURE');
const base = `http://127.0.0.1:${port}/npm/`;
const MEGABYTE = 1_000_000;

const locked = await lockedVersions();
const known = new Map<string, Script>();

function scriptFor(name: string): Script | undefined {
  const script = known.get(name) ?? make(name);
  if (script !== undefined) known.set(name, script);
  return script;
}

function make(name: string): Script | undefined {
  if (name.startsWith('made-')) {
    return serves(scriptedPackage(name, ['1.0.0'], base, { bytes: () => noise(name) }));
  }
  if (name.startsWith('small-')) {
    return serves(scriptedPackage(name, ['1.0.0'], base, { bytes: () => Buffer.from(name) }));
  }
  const versions = locked.get(name);
  return versions && serves(installed(name, versions));
}

/** Random bytes that are always the same for a name. */
function noise(name: string): Buffer {
  const key = createHash('sha256').update(name).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(MEGABYTE));
}

/** What the fixture has of a package, without the versions that nobody installs. */
function installed(name: string, versions: Set<string>): ScriptedPackage {
  const text = readFileSync(join(String(fixture), 'documents', name), 'utf8');
  const packument = JSON.parse(text.replaceAll(BASE, base.slice(0, -1))) as ScriptedPackage['packument'];
  const kept = Object.entries(packument.versions).filter(([version]) => versions.has(version));
  const tarballs: Record<string, Buffer> = {};
  for (const [, { dist }] of kept) {
    const { pathname } = new URL((dist as { tarball: string }).tarball);
    const file = pathname.slice(pathname.lastIndexOf('/') + 1);
    tarballs[pathname] = readFileSync(join(String(fixture), 'tarballs', name, file));
  }
  const latest = kept.at(-1)?.[0] ?? '';
  return {
    packument: { ...packument, versions: Object.fromEntries(kept), 'dist-tags': { latest } },
    tarballs,
  };
}

let requests = 0;
let inFlight = 0;
let peak = 0;

const answer = line((request, response) => {
  const path = request.url ?? '';
  const [name = ''] = decodeURIComponent(path.slice('/npm/'.length)).split('/-/');
  const script = scriptFor(name);
  if (script === undefined) {
    response.writeHead(404).end('{"error":"Not found"}');
    return;
  }
  // Documents are found at the root, tarballs where their URL says.
  if (!path.includes('/-/')) request.url = path.slice('/npm'.length);
  script(request, response);
});

createServer((request, response) => {
  if (request.url === '/-/tally') {
    response.end(JSON.stringify({ requests, peak }));
    [requests, peak] = [0, inFlight];
    return;
  }
  requests += 1;
  inFlight += 1;
  peak = Math.max(peak, inFlight);
  response.once('close', () => (inFlight -= 1));
  answer(request, response);
}).listen(Number(port), '127.0.0.1');
