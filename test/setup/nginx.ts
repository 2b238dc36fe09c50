import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment } from './leftovers.ts';
import { temporaryFolder, track } from './resources.ts';
import { run } from './run.ts';

export const hasNginx = spawnSync('nginx', ['-v']).error === undefined;
export const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;

export interface Nginx {
  /** What `nginx -t` says of the settings. */
  checked: string;
  stop(): Promise<void>;
}

/** Starts nginx with these `server` blocks, in the foreground and with nothing outside of a folder of its own. */
export async function startNginx(servers: string, { port }: { port: number }): Promise<Nginx> {
  const folder = temporaryFolder('nginx');
  mkdirSync(join(folder, 'tmp'));
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
${places.map((place) => `${place}_temp_path ${folder}/tmp/${place};`).join('\n')}
access_log off;
${servers}
}
`,
  );
  const args = ['-p', folder, '-e', join(folder, 'error.log'), '-c', file];
  const { code, stderr } = await run('nginx', ['-t', ...args]);
  if (code !== 0) throw new Error(stderr);
  const child = track(spawn('nginx', args, { env: cleanEnvironment(), stdio: 'ignore' }));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (;;) {
    const up = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    await up?.body?.cancel();
    if (up !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    checked: stderr,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** An authority of one's own, and a certificate of its for localhost: paths of files in PEM. */
export async function ownAuthority(): Promise<{ authority: string; certificate: string; key: string }> {
  const folder = temporaryFolder('tls');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const steps = [
    [
      'req',
      '-x509',
      ...curve,
      '-days',
      '1',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-subj',
      '/CN=Own authority',
    ],
    [
      'req',
      ...curve,
      '-keyout',
      'own.key',
      '-out',
      'own.csr',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
    ],
    [
      'x509',
      '-req',
      '-in',
      'own.csr',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '1',
      '-copy_extensions',
      'copy',
      '-out',
      'own.crt',
    ],
  ];
  for (const step of steps) {
    const { code, stderr } = await run('openssl', step, { cwd: folder });
    if (code !== 0) throw new Error(stderr);
  }
  return {
    authority: join(folder, 'ca.crt'),
    certificate: join(folder, 'own.crt'),
    key: join(folder, 'own.key'),
  };
}
