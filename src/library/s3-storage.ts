import { S3Storage as Storage } from '../server/s3/index.ts';

/** How to reach a bucket; what is left out, the AWS variables of the environment say. */
export interface S3StorageOptions {
  /** `AWS_REGION`, else `us-east-1`, if left out. */
  region?: string | undefined;
  /** The address of a store that speaks S3, such as `http://minio:9000`. Left out: Amazon's. */
  endpoint?: string | undefined;
  /** Left out: the keys that the AWS SDK finds. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined;
  /** Is the bucket in the path of a URL, not in its host name? Left out: with an endpoint. */
  forcePathStyle?: boolean | undefined;
}

/** What can be stored; text is stored as UTF-8. */
export type S3Data = Uint8Array | ArrayBuffer | string;

/**
 * Objects of one bucket, and archives of packages among them. Nothing is asked for before the first call. Errors have a `code`:
 * `not_found` for what is not there, `unavailable` for a store that does not answer.
 *
 * The bucket of a registry is the registry's own: give this another one.
 */
export interface S3Storage {
  readonly bucket: string;
  readonly region: string;
  /** Stores data in place of what is there, and answers the object's URL. */
  upload(key: string, data: S3Data, contentType?: string): Promise<string>;
  /** The bytes of an object: a `Buffer`. */
  download(key: string): Promise<Uint8Array>;
  exists(key: string): Promise<boolean>;
  /** Removing what is not there is fine. */
  delete(key: string): Promise<void>;
  /** Where the object lies; only a bucket that is open to everybody gives it to whoever asks there. */
  getUrl(key: string): string;
  /** The keys that begin with a prefix, all of them if it is left out. */
  list(prefix?: string): Promise<string[]>;
  /** Stores the archive of a version and answers its URL; never over another one: the error has the code `version_exists`. */
  uploadPackage(name: string, version: string, data: S3Data): Promise<string>;
  downloadPackage(name: string, version: string): Promise<Uint8Array>;
  packageExists(name: string, version: string): Promise<boolean>;
  getPackageUrl(name: string, version: string): string;
  /** The versions of a package that are stored. */
  listPackageVersions(name: string): Promise<string[]>;
  /** A URL by which anybody can fetch the archive, for so many seconds; 3600 if left out. */
  getPresignedDownloadUrl(name: string, version: string, seconds?: number): Promise<string>;
  /** A URL to which anybody can PUT the archive, for so many seconds; 3600 if left out. */
  getPresignedUploadUrl(name: string, version: string, seconds?: number): Promise<string>;
}

/**
 * Makes a storage: of a bucket and its region, or of a bucket and how to reach it.
 *
 * Typed by what stands above, so that programs can be compiled without the types of Node and of the AWS SDK.
 *
 * @example
 * const storage = new S3Storage('my-bucket', 'us-east-1')
 */
export const S3Storage: new (bucket: string, options?: string | S3StorageOptions) => S3Storage = Storage;
