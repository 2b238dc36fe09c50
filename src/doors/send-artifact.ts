import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import type { Fault } from '../kernel/index.ts';
import type { Analytics, ArtifactTransfer, DownloadCounter, Reader } from '../registry/index.ts';
import { describeComing, type FileLook } from './file-look.ts';
import { sendBytes } from './send-bytes.ts';
import type { FileSender } from './send-file.ts';

export interface ArtifactSenderParts {
  files: FileSender;
  reader: Reader;
  downloads: DownloadCounter;
  analytics: Analytics;
}

/** Which file of which package, and how the door shows it. */
export interface AskedArtifact {
  name: string;
  file: string;
  look: FileLook;
  /** Whose file it is; undefined if the path names none. */
  version: string | undefined;
  /** What to say if there is no such file for whoever asks. */
  absent: () => Fault;
}

/** Sends artifacts of packages, also those that are still on their way here from an upstream, and counts them. */
export class ArtifactSender {
  readonly #files: FileSender;
  readonly #reader: Reader;
  readonly #downloads: DownloadCounter;
  readonly #analytics: Analytics;

  constructor({ files, reader, downloads, analytics }: ArtifactSenderParts) {
    this.#files = files;
    this.#reader = reader;
    this.#downloads = downloads;
    this.#analytics = analytics;
  }

  /** Answers a HEAD request. */
  async head(
    request: FastifyRequest,
    reply: FastifyReply,
    { name, file, look, absent }: AskedArtifact,
  ): Promise<FastifyReply> {
    const principal = await request.principal();
    const artifact = await this.#reader.artifact(request.registry, name, file, principal);
    if (artifact === undefined) throw absent();
    return this.#files.head(reply, artifact, look);
  }

  /** Answers a GET request. Whoever awaits this waits until all is sent, and is told nothing: a Fastify reply is a promise too. */
  async get(
    request: FastifyRequest,
    reply: FastifyReply,
    { name, file, look, version, absent }: AskedArtifact,
  ): Promise<FastifyReply> {
    const principal = await request.principal();
    const found = isForPart(request)
      ? await this.#reader.artifact(request.registry, name, file, principal)
      : await this.#reader.download(request.registry, name, file, principal);
    if (found === undefined) {
      if (version !== undefined) await this.#analytics.missed(request.registry, name, principal, version);
      throw absent();
    }
    const coming = 'stored' in found ? openFor(request, found) : undefined;
    if ('stored' in found && coming) {
      // Counted when there is a version to count it for.
      found.stored.then(
        (stored) => this.#downloads.count(stored),
        () => {},
      );
      return sendBytes(describeComing(reply, found.size, look), coming);
    }
    const artifact = 'stored' in found ? await found.stored : found;
    const use = {
      count: () => this.#downloads.count(artifact),
      holds: this.#reader.watch(artifact.packageId, artifact),
    };
    return this.#files.get(request, reply, { file: artifact, look, use });
  }
}

/** Ranges and tags are those of a file that is known as a whole. */
function isForPart({ headers }: FastifyRequest): boolean {
  return headers.range !== undefined || headers['if-none-match'] !== undefined;
}

/** The bytes, unless what becomes of them could not be told: with HTTP/1.0 the end of the connection is the end of the file. */
function openFor({ raw }: FastifyRequest, transfer: ArtifactTransfer): Readable | undefined {
  return transfer.size === null && raw.httpVersion === '1.0' ? undefined : transfer.open();
}
