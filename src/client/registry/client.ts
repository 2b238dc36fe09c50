import { Fault } from '../../kernel/light/index.ts';
import type { ArchiveRequest, ArchiveSink } from './archive.ts';
import { registryBase } from './base.ts';
import { Refusal } from './failure.ts';
import type { Publication } from './multipart.ts';
import { nextStep } from './next-step.ts';
import type { RegistryRequest, Requests, RequestSettings } from './requests.ts';

/** What `/index.json` answered. */
export type IndexAnswer = 'unchanged' | { bytes: Buffer; etag: string | undefined };

export interface RegistryUser {
  username: string;
  email: string | null;
  is_admin: boolean;
}

/** Decompressed bytes of an index, at most: some hundred thousand packages. */
const LARGEST_INDEX = 64 * 1024 * 1024;
const LARGEST_ANSWER = 16 * 1024 * 1024;
/** A server takes its time with a large archive, milliseconds. */
const PUBLISH_PATIENCE = 300_000;
/** Whoever logs out does not want to wait; milliseconds. */
const REVOKE_PATIENCE = 10_000;

/**
 * Speaks to one Vais registry (protocols/vais 2). Every method rejects with a Fault whose sentence names the request, what happened and
 * what to do: a `Refusal` if the registry said no, `unavailable` if it could not be asked. Nothing is asked before a method is called,
 * nor is anything loaded that speaks HTTP: most commands need none.
 */
export class RegistryClient {
  /** Without a slash at its end. */
  readonly base: string;
  readonly #settings: RequestSettings;
  #opened: Promise<Requests> | undefined;

  constructor(settings: RequestSettings) {
    this.base = registryBase(settings.base);
    this.#settings = { ...settings, base: this.base };
  }

  /** Lets go of connections. */
  close(): void {
    // Whoever made a request was told why there is nothing to close.
    void this.#opened?.then(
      (requests) => requests.close(),
      () => undefined,
    );
  }

  /** The index, unless it is still what `etag` stands for. `fresh`: past every cache on the way. */
  async index(options: { etag?: string | undefined; fresh?: boolean } = {}): Promise<IndexAnswer> {
    const request: RegistryRequest = {
      path: '/index.json',
      headers: {
        ...JSON_ANSWER,
        ...(options.fresh === true && { 'cache-control': 'no-cache' }),
        ...(options.etag !== undefined && { 'if-none-match': options.etag }),
      },
      accept: [304],
    };
    const requests = await this.#requests();
    const answer = await requests.send(request);
    if (answer.status === 304) {
      answer.message.resume();
      return 'unchanged';
    }
    const bytes = await requests.read(answer, LARGEST_INDEX, requests.describe(request));
    return { bytes, etag: answer.message.headers.etag };
  }

  /** Fetches an archive into `sink`, going on behind what it holds; its digest is the caller's to check. */
  async archive(wanted: ArchiveRequest, sink: ArchiveSink): Promise<void> {
    const { fetchArchive } = await import('./archive.ts');
    return fetchArchive(await this.#requests(), wanted, sink);
  }

  /** The token that name and password give, with a one-time code where that is wanted. `Refusal` with 401 for wrong ones. */
  async login(username: string, password: string, otp?: string): Promise<string> {
    const answer = await this.ask('POST', '/auth/login', {
      username,
      password,
      ...(otp !== undefined && { otp }),
    });
    const token = field(answer, 'token');
    // It goes into a header and a file: one line of it.
    if (typeof token === 'string' && /^[\x21-\x7e]{1,4096}$/.test(token)) return token;
    throw this.#unreadable('POST', '/auth/login');
  }

  /** Whose token it is. */
  async whoami(): Promise<RegistryUser> {
    const answer = await this.ask('GET', '/auth/me');
    const [username, email, admin] = ['username', 'email', 'is_admin'].map((key) => field(answer, key));
    if (typeof username !== 'string') throw this.#unreadable('GET', '/auth/me');
    return { username, email: typeof email === 'string' ? email : null, is_admin: admin === true };
  }

  /** Ends the token that this client has. Only registries of Kontor can: others answer 404. */
  async revokeToken(): Promise<void> {
    const path = '/auth/tokens/current';
    await this.#json({ method: 'DELETE', path, headers: JSON_ANSWER, patience: REVOKE_PATIENCE });
  }

  /** Publishes; `publish failed (HTTP n): …` if the registry refuses. Never sent twice, for the first may have arrived. */
  async publish(publication: Publication): Promise<{ checksum: string | undefined }> {
    const { publicationForm } = await import('./multipart.ts');
    const { body, contentType } = publicationForm(publication);
    const request: RegistryRequest = {
      method: 'POST',
      path: '/packages/publish',
      headers: { ...JSON_ANSWER, 'content-type': contentType },
      body,
      patience: PUBLISH_PATIENCE,
    };
    const answer = await this.#named('publish', undefined, () => this.#json(request));
    const checksum = field(answer, 'checksum');
    return { checksum: typeof checksum === 'string' ? checksum : undefined };
  }

  /** What the registry says of a version, as it says it: an object with `checksum`, or something else if it is no such registry. */
  metadata(name: string, version: string): Promise<unknown> {
    return this.ask('GET', packagePath(name, version));
  }

  async yank(name: string, version: string): Promise<void> {
    await this.#named('yank', name, () => this.#mark(name, version, 'yank'));
  }

  async unyank(name: string, version: string): Promise<void> {
    await this.#named('unyank', name, () => this.#mark(name, version, 'unyank'));
  }

  /** Names of the owners of a package. */
  async owners(name: string): Promise<string[]> {
    const path = packagePath(name);
    const owners = field(await this.#named('owner list', name, () => this.ask('GET', path)), 'owners');
    if (!Array.isArray(owners)) throw this.#unreadable('GET', path);
    // A server may tell of them as users.
    return owners
      .map((owner: unknown) => (typeof owner === 'string' ? owner : field(owner, 'username')))
      .filter((owner) => typeof owner === 'string');
  }

  async addOwner(name: string, username: string): Promise<void> {
    await this.#named('owner add', name, () => this.ask('POST', `${packagePath(name)}/owners`, { username }));
  }

  async removeOwner(name: string, username: string): Promise<void> {
    const path = `${packagePath(name)}/owners/${encodeURIComponent(username)}`;
    await this.#named('owner remove', name, () => this.ask('DELETE', path));
  }

  /** What the registry's own search finds, as it says it. */
  search(query: Readonly<Record<string, string>>): Promise<unknown> {
    return this.ask('GET', `/search?${new URLSearchParams(query).toString()}`);
  }

  /** Asks anything of the registry; resolves with its JSON, or undefined for an empty answer. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, json?: unknown): Promise<unknown> {
    const content = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
    return this.#json({
      method,
      path,
      headers: { ...JSON_ANSWER, ...(content && { 'content-type': 'application/json' }) },
      body: content && {
        length: content.length,
        open: async function* () {
          yield content;
        },
      },
    });
  }

  #requests(): Promise<Requests> {
    this.#opened ??= import('./requests.ts').then(({ Requests }) => new Requests(this.#settings));
    return this.#opened;
  }

  async #mark(name: string, version: string, action: 'yank' | 'unyank'): Promise<void> {
    // Each may be said twice: protocols/vais 2.
    const path = `${packagePath(name, version)}/${action}`;
    await this.#json({ method: 'POST', path, headers: JSON_ANSWER, body: NOTHING, repeatable: true });
  }

  async #json(request: RegistryRequest): Promise<unknown> {
    const requests = await this.#requests();
    const answer = await requests.send(request);
    const bytes = await requests.read(answer, LARGEST_ANSWER, requests.describe(request));
    if (bytes.length === 0) return undefined;
    try {
      return JSON.parse(bytes.toString());
    } catch {
      throw this.#unreadable(request.method ?? 'GET', request.path);
    }
  }

  /** The sentence by which scripts know that a command was refused: protocols/vais 4. */
  async #named<T>(command: string, name: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { httpStatus, said } = error;
      const { base, program = 'kontor' } = this.#settings;
      throw error.of(command, nextStep({ command, httpStatus, said, base, program, name }));
    }
  }

  #unreadable(method: string, path: string): Fault {
    return new Fault(
      'unavailable',
      `${method} ${this.base}${path} answered something that no Vais registry says; check the address.`,
    );
  }
}

const JSON_ANSWER = { accept: 'application/json', 'accept-encoding': 'gzip' };
const NOTHING = { length: 0, open: async function* () {} };

function packagePath(...segments: string[]): string {
  return `/packages/${segments.map(encodeURIComponent).join('/')}`;
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
