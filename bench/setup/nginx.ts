import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../../test/setup/leftovers.ts';
import { freePort } from '../../test/setup/ports.ts';
import { startServer } from './processes.ts';
import { serverOf, untilReady, type Server } from './server.ts';

/** The committed settings: as shipped, with sendfile on and off; and, for a diagnosis, sendfile on without the log of requests. */
export type NginxSettings = 'sendfile-on' | 'sendfile-off' | 'log-off';

/** A folder of files for nginx. */
export interface Site {
  root: string;
  /** Puts the gzipped document of a package in place. */
  document(name: string, gzip: Uint8Array): Promise<void>;
  tarball(name: string, file: string, bytes: Uint8Array): Promise<void>;
  /** Puts the index of the registry `vais` in place: plain at `/vais/index.json`, compressed at `/npm/index.json`. */
  index(plain: Uint8Array, gzip: Uint8Array): Promise<void>;
}

export async function makeSite(root: string): Promise<Site> {
  await put(join(root, 'tarballs/-/ready'), Buffer.from('ready\n'));
  return {
    root,
    document: (name, gzip) => put(join(root, 'documents/npm', name), gzip),
    tarball: (name, file, bytes) => put(join(root, 'tarballs/npm', name, '-', file), bytes),
    index: async (plain, gzip) => {
      await put(join(root, 'plain/vais/index.json'), plain);
      await put(join(root, 'documents/npm/index.json'), gzip);
    },
  };
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** Serves a site with one of the committed settings. */
export async function startNginx(
  folder: string,
  site: Site,
  { settings, port }: { settings: NginxSettings; port?: number },
): Promise<Server> {
  const chosen = port ?? (await freePort());
  const url = `http://127.0.0.1:${chosen}`;
  const template = fileURLToPath(new URL(`../nginx/${settings}.conf`, import.meta.url));
  const conf = join(folder, 'nginx.conf');
  const filled = readFileSync(template, 'utf8')
    .replaceAll('@PREFIX@', folder)
    .replaceAll('@ROOT@', site.root)
    .replaceAll('@PORT@', String(chosen));
  await writeFile(conf, filled);
  const log = join(folder, 'nginx.log');
  const started = startServer('nginx', ['-p', folder, '-c', conf, '-g', 'daemon off;'], {
    cwd: folder,
    log,
    env: cleanEnvironment(),
  });
  await untilReady(`${url}/-/ready`, started, log);
  return {
    ...serverOf(started, { url, registry: `${url}/npm`, log }),
    pids: () => [started.pid, ...childrenOf(started.pid)],
  };
}

/** The workers; proc(5). */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}
