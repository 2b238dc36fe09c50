import { createHash, createHmac } from 'node:crypto';
import type { S3Credentials } from './options.ts';

/** A request that whoever has its URL may send. */
export interface PresignedRequest {
  method: 'GET' | 'PUT';
  /** Of the object, without a query. */
  url: URL;
  region: string;
  credentials: S3Credentials;
  /** Milliseconds since 1970. */
  now: number;
  /** How long the URL counts; at most a week. */
  seconds: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const LONGEST = 7 * 24 * 3600;

/** Signs a URL; AWS Signature Version 4, "Authenticating Requests: Using Query Parameters". Throws a RangeError for an odd duration. */
export function presign({ method, url, region, credentials, now, seconds }: PresignedRequest): string {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST) {
    throw new RangeError(`A URL can count for 1 to ${LONGEST} whole seconds, not ${seconds}.`);
  }
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const parameters: [string, string][] = [
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', `${accessKeyId}/${scope}`],
    ['X-Amz-Date', time],
    ['X-Amz-Expires', String(seconds)],
    ...(sessionToken === undefined
      ? []
      : [['X-Amz-Security-Token', sessionToken] satisfies [string, string]]),
    ['X-Amz-SignedHeaders', 'host'],
  ];
  const query = parameters.map(([name, value]) => `${name}=${encode(value)}`).join('&');
  const canonical = [method, url.pathname, query, `host:${url.host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join(
    '\n',
  );
  const toSign = [ALGORITHM, time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return `${url.href}?${query}&X-Amz-Signature=${hmac(key, toSign).toString('hex')}`;
}

/** Everything but RFC 3986's unreserved characters. */
export function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
