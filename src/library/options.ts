/** How a {@link Registry} is set up. What is left out has the default of the local registry; what makes no sense throws. */
export interface RegistryOptions {
  /**
   * The bucket that holds the bytes of packages, as `bucket` or `bucket/prefix`; it is made if there is none. `local`, the default,
   * keeps them as files. Its keys are the settings `s3AccessKeyId` and `s3SecretAccessKey`; left out: those that the AWS SDK finds in
   * the environment or on the machine.
   */
  s3Bucket?: string | undefined;
  /** The region of the bucket; `us-east-1` if left out. */
  s3Region?: string | undefined;
  /** The address of a store that speaks S3, such as `http://minio:9000`. Left out: Amazon's. */
  s3Endpoint?: string | undefined;
  /** Is the bucket in the path of a URL, not in its host name? Left out: with `s3Endpoint`. */
  forcePathStyle?: boolean | undefined;
  /** The table that holds what is known of packages. `local`, the default and so far the only one, keeps that in files. */
  dynamoTable?: string | undefined;
  /**
   * The address that clients use, which every URL in an answer begins with, such as `https://registry.example.com`. Left out: it is
   * taken from each request.
   */
  baseUrl?: string | undefined;
  /** Are packages that are not here looked up in the public registry? `true` if left out. */
  npmFallback?: boolean | undefined;
  /** The registry that the fallback asks, as a URL. Left out: the one that npm is configured for on this machine. */
  npmRegistry?: string | undefined;
  /** The port that `createServer` takes if it is not told one; 3000 if left out. */
  port?: number | undefined;
  /** The address to listen on. Left out: `127.0.0.1` where `baseUrl` names this machine itself or is left out, else `0.0.0.0`. */
  host?: string | undefined;
  /** The folder for everything that is kept in files, relative to the working folder; `./.registry` if left out. */
  localStoragePath?: string | undefined;
  /** Receives the log, one JSON object a line: `process.stdout`, say. Left out: nothing is logged. */
  log?: { write(line: string): unknown } | undefined;
  /** Any other setting of the server by its name in `kontor.yaml`, such as `{ maxTarballBytes: '50MB' }`. See docs/configuration.md. */
  settings?: Readonly<Record<string, string | number | boolean>> | undefined;
}
