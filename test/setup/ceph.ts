import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cephBinaries, type CephBinaries, type CephProgram } from './ceph-binaries.ts';
import { cleanEnvironment } from './leftovers.ts';
import { freePort } from './ports.ts';
import { temporaryFolder, track } from './resources.ts';

const execute = promisify(execFile);

export interface CephUser {
  accessKeyId: string;
  secretAccessKey: string;
}

/** A real S3 gateway, Ceph's, whose objects lie in memory. */
export interface CephGateway {
  /** `http://127.0.0.1:PORT` */
  endpoint: string;
  port: number;
  user: CephUser;
  /** A user who owns nothing of the first one's. */
  addUser(name: string): Promise<CephUser>;
  /** A bucket name that nobody has used. */
  bucketName(): string;
  /** Stops the gateway in its tracks: connections stay, and nothing is answered. */
  pause(): void;
  resume(): void;
  /** SIGKILL of the gateway; what is stored stays. */
  kill(): Promise<void>;
  /** Starts the gateway again. */
  restart(): Promise<void>;
}

/** Why there is no S3 for the tests of this file; undefined: there is one. Under CI its lack is an error. */
export async function whyNoCeph(): Promise<string | undefined> {
  try {
    await cephBinaries();
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (process.env['CI']) throw new Error(`The tests need an S3 gateway: ${reason}`, { cause: error });
    process.stdout.write(`\n!!! SKIPPED: every test that needs an S3 gateway. ${reason}\n\n`);
    return reason;
  }
}

/** Starts a cluster of one monitor, one memory store and one gateway, in about a second. It ends with the test file. */
export async function startCeph(): Promise<CephGateway> {
  const binaries = await cephBinaries();
  const [port, monitorPort] = [await freePort(), await freePort()];
  const cluster = new Cluster(binaries, temporaryFolder('ceph'), port, monitorPort);
  await cluster.start();
  let gateway = await cluster.gateway();
  let names = 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    user: await cluster.addUser('test'),
    addUser: (name) => cluster.addUser(name),
    bucketName: () => `bucket-${(names += 1)}-${randomUUID().slice(0, 8)}`,
    pause: () => gateway.kill('SIGSTOP'),
    resume: () => gateway.kill('SIGCONT'),
    kill: async () => {
      const ended = once(gateway, 'close');
      gateway.kill('SIGKILL');
      await ended;
    },
    restart: async () => {
      gateway = await cluster.gateway();
    },
  };
}

class Cluster {
  readonly #binaries: CephBinaries;
  readonly #folder: string;
  readonly #port: number;
  readonly #monitorPort: number;
  readonly #id = randomUUID();

  constructor(binaries: CephBinaries, folder: string, port: number, monitorPort: number) {
    this.#binaries = binaries;
    this.#folder = folder;
    this.#port = port;
    this.#monitorPort = monitorPort;
  }

  async start(): Promise<void> {
    for (const name of ['mon', 'osd', 'run', 'log', 'rgw']) mkdirSync(join(this.#folder, name));
    writeFileSync(this.#path('ceph.conf'), this.#config());
    const monitors = ['--create', '--fsid', this.#id, '--addv', 'a', `[v1:127.0.0.1:${this.#monitorPort}]`];
    await this.#run('monmaptool', ...monitors, this.#path('monmap'));
    // With a first map of its own the cluster knows its one store, and no command line of Ceph's is needed for that.
    await this.#run('osdmaptool', '--createsimple', '1', '--clobber', this.#path('osdmap'));
    const maps = ['--monmap', this.#path('monmap'), '--osdmap', this.#path('osdmap')];
    await this.#run('ceph-mon', '-i', 'a', '--mkfs', '--fsid', this.#id, ...maps);
    this.#daemon('ceph-mon', '-i', 'a');
    await this.#run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', randomUUID());
    this.#daemon('ceph-osd', '-i', '0');
  }

  /** Starts the gateway and waits until it answers. */
  async gateway(): Promise<ChildProcess> {
    const gateway = this.#daemon('radosgw', '-n', 'client.rgw');
    for (const deadline = Date.now() + 60_000; Date.now() < deadline && gateway.exitCode === null;) {
      const response = await fetch(`http://127.0.0.1:${this.#port}/`).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.status === 200) return gateway;
      await sleep(25);
    }
    throw new Error(
      `Ceph's gateway did not start: ${this.#log('client.rgw')}${this.#log('mon.a')}${this.#log('osd.0')}`,
    );
  }

  async addUser(name: string): Promise<CephUser> {
    const user = { accessKeyId: `key-of-${name}`, secretAccessKey: `secret-of-${name}-${randomUUID()}` };
    const create = ['-n', 'client.rgw', 'user', 'create', `--uid=${name}`, `--display-name=${name}`];
    const keys = [`--access-key=${user.accessKeyId}`, `--secret-key=${user.secretAccessKey}`];
    await this.#run('radosgw-admin', ...create, ...keys);
    return user;
  }

  #config(): string {
    const folder = this.#folder;
    return [
      '[global]',
      `fsid=${this.#id}`,
      `mon_host=v1:127.0.0.1:${this.#monitorPort}`,
      ...['cluster', 'service', 'client'].map((who) => `auth_${who}_required=none`),
      'public_addr=127.0.0.1',
      'cluster_addr=127.0.0.1',
      'ms_bind_msgr2=false',
      `run_dir=${folder}/run`,
      `crash_dir=${folder}`,
      `log_file=${folder}/log/$name.log`,
      `pid_file=${folder}/run/$name.pid`,
      `admin_socket=${folder}/run/$name.$pid.asok`,
      'osd_pool_default_size=1',
      'osd_pool_default_min_size=1',
      'osd_pool_default_pg_num=4',
      'osd_pool_default_pg_autoscale_mode=off',
      'osd_crush_chooseleaf_type=0',
      'osd_crush_update_on_start=false',
      'osd_class_update_on_start=false',
      'mon_allow_pool_size_one=true',
      'mon_data_avail_crit=1',
      'paxos_propose_interval=0.02',
      'osd_objectstore=memstore',
      'memstore_device_bytes=4294967296',
      `mon_data=${folder}/mon`,
      `osd_data=${folder}/osd`,
      ...this.#binaries.config,
      '[client.rgw]',
      `rgw_frontends=beast endpoint=127.0.0.1:${this.#port}`,
      `rgw_data=${folder}/rgw`,
      // Its changes would wait for what a gateway that was killed does not say any more.
      'rgw_cache_enabled=false',
      '',
    ].join('\n');
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #env(): Record<string, string> {
    return { ...cleanEnvironment(), ...this.#binaries.env, CEPH_CONF: this.#path('ceph.conf') };
  }

  async #run(program: CephProgram, ...args: string[]): Promise<void> {
    await execute(this.#binaries.path(program), args, { env: this.#env(), timeout: 60_000 });
  }

  #daemon(program: CephProgram, ...args: string[]): ChildProcess {
    return track(spawn(this.#binaries.path(program), ['-f', ...args], { env: this.#env(), stdio: 'ignore' }));
  }

  #log(name: string): string {
    try {
      return readFileSync(join(this.#folder, 'log', `${name}.log`), 'utf8').slice(-2_000);
    } catch {
      return '';
    }
  }
}
