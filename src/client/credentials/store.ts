import { randomUUID } from 'node:crypto';
import { chmod, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskFault, errnoOf, Fault, makeFolders, pathFault } from '../../kernel/light/index.ts';
import { registryBase } from '../registry/index.ts';
import { vaisHome, type Variables } from './home.ts';
import { underLock } from '../locks/index.ts';

export interface Login {
  /** The registry as it was typed. */
  registry: string;
  /** As `registryBase` gives it. */
  base: string;
  token: string;
}

/** A table of the file: ours has `token` and `logged_in_at`, and what others put there stays. */
type Table = Record<string, unknown>;
type Tables = Record<string, unknown>;

export interface CredentialSettings {
  env: Variables;
  /** Told what was found wrong and mended; a sentence. */
  warn: (message: string) => void;
  now?: () => Date;
}

/**
 * Tokens of registries in `~/.vais/credentials.toml` (protocols/vais 3): a table `["<base url as typed>"]` each, with `token`, and with
 * `logged_in_at`, by which the last log-in is known. Only its owner may read the file.
 */
export class Credentials {
  readonly file: string;
  readonly #settings: CredentialSettings;

  constructor(settings: CredentialSettings) {
    this.#settings = settings;
    this.file = join(vaisHome(settings.env), 'credentials.toml');
  }

  /** All log-ins, the last one first. */
  async logins(): Promise<Login[]> {
    const found: { login: Login; at: string }[] = [];
    for (const [registry, table] of Object.entries(await this.#read())) {
      const { token, logged_in_at: at } = isTable(table) ? table : {};
      const base = baseOf(registry);
      if (typeof token !== 'string' || token === '' || base === undefined) continue;
      found.push({ login: { registry, base, token }, at: typeof at === 'string' ? at : '' });
    }
    // Those of other clients have no time, and come behind; the one written last first.
    const sorted = found.toReversed().toSorted((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1));
    return sorted.map(({ login }) => login);
  }

  /** The token for a registry, however its address was typed. */
  async token(registry: string): Promise<string | undefined> {
    const base = registryBase(registry);
    return (await this.logins()).find((login) => login.base === base)?.token;
  }

  async save(registry: string, token: string): Promise<void> {
    const base = registryBase(registry);
    await this.#change((tables) => {
      const kept = Object.entries(tables).filter(([key]) => baseOf(key) !== base);
      const at = (this.#settings.now?.() ?? new Date()).toISOString();
      return Object.fromEntries([...kept, [registry, { token, logged_in_at: at }]]);
    });
  }

  /** Forgets a registry's token; false if there was none. */
  async forget(registry: string): Promise<boolean> {
    const base = registryBase(registry);
    if ((await this.token(registry)) === undefined) return false;
    await this.#change((tables) =>
      Object.fromEntries(Object.entries(tables).filter(([key]) => baseOf(key) !== base)),
    );
    return true;
  }

  async #read(): Promise<Tables> {
    await this.#guard(this.file, 0o600);
    const text = await readFile(this.file, 'utf8').catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return '';
      throw pathFault(error, this.file, 'cannot be read');
    });
    if (text === '') return {};
    const { parse } = await import('smol-toml');
    try {
      return parse(text);
    } catch (error) {
      // Not even the line in which it is wrong: a token may be there.
      throw new Fault('bad_request', `${this.file} is no TOML: mend or delete it, and log in again.`, {
        cause: error,
      });
    }
  }

  async #change(change: (tables: Tables) => Tables): Promise<void> {
    const folder = dirname(this.file);
    const made = await makeFolders(folder, 0o700).catch((error: unknown) => {
      throw diskFault(error, folder);
    });
    // A folder that VAIS_HOME names may be for others too, such as /tmp: it is not ours to close.
    if (made !== undefined || !this.#settings.env['VAIS_HOME']) await this.#guard(folder, 0o700);
    else await this.#warnOfWriters(folder);
    await underLock(`${this.file}.lock`, async () => {
      const { stringify } = await import('smol-toml');
      await replace(this.file, stringify(change(await this.#read())));
    }).catch((error: unknown) => {
      throw errnoOf(error) === undefined ? error : diskFault(error, folder);
    });
  }

  async #warnOfWriters(folder: string): Promise<void> {
    const { mode } = await stat(folder);
    if ((mode & 0o022) === 0 || process.platform === 'win32') return;
    this.#settings.warn(
      `Others can write into ${folder}, which VAIS_HOME names, and could put another credentials.toml there: a folder of your own is safer.`,
    );
  }

  /** Sees to it that nobody else may read, or Fault `forbidden`. */
  async #guard(path: string, mode: number): Promise<void> {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || (found.mode & 0o077) === 0 || process.platform === 'win32') return;
    try {
      await chmod(path, mode);
    } catch (error) {
      throw new Fault(
        'forbidden',
        `Others can read ${path}: it must be yours, with mode ${mode.toString(8)}.`,
        {
          cause: error,
        },
      );
    }
    // Who could only look at what is there has seen no token.
    const harmless = found.isDirectory() && (found.mode & 0o022) === 0;
    if (!harmless) this.#settings.warn(`Others could read ${path}; its mode is ${mode.toString(8)} now.`);
  }
}

/** A whole file in place of the one there was, or none at all. */
async function replace(file: string, text: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    const handle = await open(aside, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null;
}

function baseOf(registry: string): string | undefined {
  try {
    return registryBase(registry);
  } catch {
    return undefined;
  }
}
