/** Keys of an account; `sessionToken` belongs to temporary ones. */
export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** How to reach a store that speaks S3. */
export interface S3Connection {
  /** Requests are signed for it; a store that has none takes any. */
  region: string;
  /** `http://127.0.0.1:9000`; undefined: Amazon's, of the region. */
  endpoint?: string | undefined;
  /** Undefined: where the AWS SDK looks for them (variables, files, the role of the machine). */
  credentials?: S3Credentials | undefined;
  /** The bucket in the path (`http://host/bucket/key`) or in the host name. */
  forcePathStyle: boolean;
}

/** A bucket, or a part of one, that holds blobs. */
export interface S3Options extends S3Connection {
  bucket: string;
  /** What all keys begin with: empty, or segments that each end in a slash. */
  prefix: string;
  /** Uploads wait in this folder of the local disk until they are whole. */
  spool: string;
  /** Milliseconds without any progress after which the store counts as down. */
  patience?: number;
  /** Connections that downloads take at most, and as many again for everything else. */
  connections?: number;
  /** Larger objects go up in parts of this many bytes; at least 5 MiB, which S3 demands. */
  partBytes?: number;
}
