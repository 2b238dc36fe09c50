import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { Fault } from '../../kernel/index.ts';
import { isConflict, isMissing, isTaken } from './errors.ts';
import { openLine, type Line } from './line.ts';
import type { S3Connection, S3Credentials } from './options.ts';
import { packageFolder, packageKey, versionIn } from './package-keys.ts';
import { encode, presign } from './presign.ts';
import { MARK, markOf } from './put.ts';
import { retrying } from './retry.ts';
import { useFault } from './sentences.ts';
import { WatchedBody } from './watched.ts';

/** How to reach the bucket; what is left out, the AWS variables of the environment say. */
export type S3StorageOptions = { [K in keyof S3Connection]?: S3Connection[K] | undefined };

/** What can be stored; text is stored as UTF-8. */
export type S3Data = Uint8Array | ArrayBuffer | string;

/**
 * Objects of one bucket, and packages among them (`packages/pantry/<name>/<version>/<file>.tgz`). Nothing is asked for
 * before the first call. What is asked for and not there is a Fault `not_found`; a store that does not answer is
 * `unavailable`, after some seconds.
 *
 * The bucket of a registry that Kontor serves is Kontor's own: give this class another one.
 */
export class S3Storage {
  readonly bucket: string;
  readonly region: string;
  readonly #connection: S3Connection;
  readonly #patience: number | undefined;
  #line: Promise<Line> | undefined;

  /**
   * `options` is a region, or how to reach the bucket. Default: `AWS_REGION` or `us-east-1`, at `AWS_ENDPOINT_URL_S3`,
   * `AWS_ENDPOINT_URL` or Amazon's, with the keys that the AWS SDK finds. `patience`: milliseconds without any progress after which the store counts as down.
   */
  constructor(bucket: string, options: string | S3StorageOptions = {}, patience?: number) {
    const { env } = process;
    const given: S3StorageOptions = typeof options === 'string' ? { region: options } : options;
    const endpoint = given.endpoint ?? (env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || undefined);
    this.bucket = bucket;
    this.#patience = patience;
    this.region = given.region ?? (env['AWS_REGION'] || 'us-east-1');
    this.#connection = {
      region: this.region,
      endpoint,
      credentials: given.credentials,
      forcePathStyle: given.forcePathStyle ?? endpoint !== undefined,
    };
  }

  /** Stores `data` under the key, in place of what is there. Returns the object's URL. */
  async upload(key: string, data: S3Data, contentType = 'application/octet-stream'): Promise<string> {
    await this.#write(key, data, contentType, false);
    return this.getUrl(key);
  }

  /** The bytes of an object. */
  async download(key: string): Promise<Buffer> {
    const { Body } = await this.#ask(key, ({ sdk, reader }, object, sending) =>
      reader.send(new sdk.GetObjectCommand(object), sending),
    );
    if (!(Body instanceof Readable)) throw new Fault('unavailable', 'The answer of the store has no body.');
    return buffer(new WatchedBody(Body, (await this.#open()).patience));
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.#ask(key, ({ sdk, client }, object, sending) =>
        client.send(new sdk.HeadObjectCommand(object), sending),
      );
      return true;
    } catch (error) {
      if (error instanceof Fault && error.code === 'not_found') return false;
      throw error;
    }
  }

  /** Removes an object; removing what is not there is fine. */
  async delete(key: string): Promise<void> {
    await this.#ask(key, ({ sdk, client }, object, sending) =>
      client.send(new sdk.DeleteObjectCommand(object), sending),
    );
  }

  /** Where the object lies. Only a bucket that is open to everybody gives it to whoever asks there. */
  getUrl(key: string): string {
    return this.#url(key).href;
  }

  /** The keys that begin with `prefix`, in the order of their bytes. */
  async list(prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#ask(prefix, ({ sdk, client }, _, sending) =>
        client.send(
          new sdk.ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ContinuationToken: token }),
          sending,
        ),
      );
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return keys;
  }

  /** Stores the archive of a version, never over another one: Fault `version_exists`. Returns its URL. */
  async uploadPackage(name: string, version: string, data: S3Data): Promise<string> {
    const key = packageKey(name, version);
    if (!(await this.#write(key, data, 'application/gzip', true))) {
      throw new Fault('version_exists', `${name}@${version} is in the bucket ${this.bucket} already.`);
    }
    return this.getUrl(key);
  }

  downloadPackage(name: string, version: string): Promise<Buffer> {
    return this.download(packageKey(name, version));
  }

  packageExists(name: string, version: string): Promise<boolean> {
    return this.exists(packageKey(name, version));
  }

  getPackageUrl(name: string, version: string): string {
    return this.getUrl(packageKey(name, version));
  }

  /** Every version of a package that is stored, in the order of their names' bytes. */
  async listPackageVersions(name: string): Promise<string[]> {
    const keys = await this.list(packageFolder(name));
    return [...new Set(keys.map((key) => versionIn(name, key)))];
  }

  /** A URL by which anybody can fetch the archive, for so many seconds. */
  async getPresignedDownloadUrl(name: string, version: string, seconds = 3600): Promise<string> {
    return this.#presigned('GET', packageKey(name, version), seconds);
  }

  /** A URL to which anybody can PUT the archive, for so many seconds. */
  async getPresignedUploadUrl(name: string, version: string, seconds = 3600): Promise<string> {
    return this.#presigned('PUT', packageKey(name, version), seconds);
  }

  async #presigned(method: 'GET' | 'PUT', key: string, seconds: number): Promise<string> {
    const { client } = await this.#open();
    const credentials: S3Credentials = await client.config.credentials();
    return presign({
      method,
      url: this.#url(key),
      region: this.region,
      credentials,
      now: Date.now(),
      seconds,
    });
  }

  /** False if the key is taken and `isNew` says that it must not be. */
  async #write(key: string, data: S3Data, ContentType: string, isNew: boolean): Promise<boolean> {
    const Body = typeof data === 'string' || data instanceof Uint8Array ? data : new Uint8Array(data);
    const mark = randomUUID();
    const condition = isNew ? { IfNoneMatch: '*', Metadata: { [MARK]: mark } } : {};
    const line = await this.#open();
    const object = { ...this.#object(key), Body, ContentType, ...condition };
    const write = () =>
      line.run(
        (sending) => line.client.send(new line.sdk.PutObjectCommand(object), sending),
        line.patience * 4,
      );
    try {
      // The SDK repeats everything else by itself.
      await retrying(write, isConflict);
      return true;
    } catch (error) {
      if (!isTaken(error)) throw useFault(error, this.#where);
    }
    try {
      // It may be ours: the SDK sends it again when an answer was lost on its way.
      return (await markOf({ line, bucket: this.bucket, key })) === mark;
    } catch (error) {
      throw useFault(error, this.#where);
    }
  }

  async #ask<T>(
    key: string,
    request: (
      line: Line,
      object: { Bucket: string; Key: string },
      sending: { abortSignal: AbortSignal },
    ) => Promise<T>,
  ): Promise<T> {
    const line = await this.#open();
    try {
      return await line.run((sending) => request(line, this.#object(key), sending));
    } catch (error) {
      if (isMissing(error)) {
        throw new Fault('not_found', `There is no ${JSON.stringify(key)} in the bucket ${this.bucket}.`);
      }
      throw useFault(error, this.#where);
    }
  }

  get #where(): { bucket: string; region: string; endpoint: string | undefined } {
    return { bucket: this.bucket, region: this.region, endpoint: this.#connection.endpoint };
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: key };
  }

  #url(key: string): URL {
    const { endpoint, region, forcePathStyle } = this.#connection;
    const base = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
    if (!forcePathStyle) base.host = `${this.bucket}.${base.host}`;
    const folder = base.pathname.replace(/\/$/, '') + (forcePathStyle ? `/${this.bucket}` : '');
    base.pathname = `${folder}/${key.split('/').map(encode).join('/')}`;
    return base;
  }

  #open(): Promise<Line> {
    this.#line ??= openLine(this.#connection, this.#patience);
    return this.#line;
  }
}
