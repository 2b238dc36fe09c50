import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isFromOurPage, notice, sendPage } from '../../doors/index.ts';
import { baseUrl } from '../http/base-url.ts';

/** Bytes of a form with what a security key answers, which is the largest part of any. */
export const LARGEST_FORM = 64 * 1024;

/** Makes a scope read forms of at most `maxBytes`, and no other body; those that a page of another site has sent are refused. */
export function acceptForms(
  scope: FastifyInstance,
  { publicUrl, maxBytes }: { publicUrl: string | undefined; maxBytes: number },
): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: maxBytes },
    (_request, body, parsed) => parsed(null, new URLSearchParams(String(body))),
  );
  scope.addHook('preHandler', (request, reply, done) => {
    if (request.method !== 'POST' || isFromOurPage(request.headers, baseUrl(request.raw, publicUrl)))
      return done();
    sendPage(reply, 403, notice('Not accepted', 'The form was sent from a page of another site.'));
  });
}

/** What was filled in; nothing without a body. */
export function formOf({ body }: FastifyRequest): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams();
}
