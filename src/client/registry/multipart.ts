import { createReadStream } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { Body } from './connection.ts';

/** A package to publish: protocols/vais 2. */
export interface Publication {
  /** JSON of the part `metadata`. */
  metadata: Readonly<Record<string, unknown>>;
  archive: {
    /** `<name>-<version>.tar.gz` */
    filename: string;
    /** Bytes. */
    size: number;
    /** The bytes, or the file that they are in. */
    content: Uint8Array | { file: string };
  };
  /** Told of what has been sent, bytes of all. */
  onProgress?: (bytes: number, total: number) => void;
}

/** The form of a publish (RFC 7578) as a stream of known length: an archive is never in memory whole. */
export function publicationForm({ metadata, archive, onProgress }: Publication): {
  body: Body;
  contentType: string;
} {
  const boundary = `----kontor-publish-${randomBytes(12).toString('hex')}`;
  const head = Buffer.from(
    [
      `--${boundary}`,
      'Content-Disposition: form-data; name="metadata"',
      'Content-Type: application/json',
      '',
      JSON.stringify(metadata),
      `--${boundary}`,
      `Content-Disposition: form-data; name="archive"; filename="${archive.filename}"`,
      'Content-Type: application/gzip',
      '',
      '',
    ].join('\r\n'),
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const length = head.length + archive.size + tail.length;
  const { content } = archive;
  const body: Body = {
    length,
    async *open() {
      let sent = 0;
      const told = (piece: Uint8Array): Uint8Array => {
        sent += piece.length;
        onProgress?.(sent, length);
        return piece;
      };
      yield told(head);
      if (content instanceof Uint8Array) yield told(content);
      else for await (const piece of createReadStream(content.file)) yield told(piece as Buffer);
      yield told(tail);
    },
  };
  return { body, contentType: `multipart/form-data; boundary=${boundary}` };
}
