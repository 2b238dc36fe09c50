import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../../kernel/index.ts';
import { repositoryOf, type FoundPreview } from '../../../registry/index.ts';
import type { PantryDoorOptions } from '../options.ts';
import { PREVIEW_PREFIX } from '../paths.ts';
import { readPreviewAddress, type PreviewAddress } from '../preview-address.ts';
import { previewLook } from '../preview-look.ts';
import { sendPreview } from '../send-preview.ts';

/** A whole commit, which is looked for among no branches. */
const WHOLE_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
/** What may be the beginning of one. */
const SHA = /^[0-9a-f]{7,64}$/i;
/** As pkg.pr.new has it; no client looks at it. */
const CONTENT_TYPE = 'application/tar+gzip';

/** Previews at the addresses of pkg.pr.new: protocols/pantry 12. */
export function previewAddressRoutes(
  app: FastifyInstance,
  { previews, files, downloads }: Pick<PantryDoorOptions, 'previews' | 'files' | 'downloads'>,
): void {
  app.head(`${PREVIEW_PREFIX}:address`, async (request, reply) => {
    const found = describe(reply, await find(request));
    return files.head(reply, found, lookOf(found));
  });

  app.get(`${PREVIEW_PREFIX}:address`, (request, reply) =>
    sendPreview({ files, downloads }, request, reply, {
      find: async () => describe(reply, await find(request)),
      lookOf,
    }),
  );

  async function find(request: FastifyRequest): Promise<FoundPreview> {
    const { address: path } = request.params as { address: string };
    const address = readPreviewAddress(`/${path}`);
    if (address === undefined) throw new Fault('not_found', 'Not found');
    const principal = await request.principal();
    const { repository, name, ref } = address;
    const led = WHOLE_SHA.test(ref)
      ? undefined
      : await previews.at(request.registry, { ...repository, ref, name }, principal);
    const begun = SHA.test(ref)
      ? await previews.find(request.registry, { sha: ref, name }, principal)
      : undefined;
    const found = onlyMeaning(address, led, begun && isOf(repository, begun) ? begun : undefined);
    if (found === undefined) throw notFound(address);
    return found;
  }
}

/** Anybody can call a branch like the beginning of another's commit. Fault `bad_request` if the ref is both, unless one publisher has both. */
function onlyMeaning(
  { name, ref }: PreviewAddress,
  led: FoundPreview | undefined,
  begun: FoundPreview | undefined,
): FoundPreview | undefined {
  if (led === undefined || begun === undefined) return led ?? begun;
  if (led.key === begun.key || (led.publisherId !== null && led.publisherId === begun.publisherId))
    return led;
  throw new Fault(
    'bad_request',
    `${ref} of ${name} is ambiguous: it is a branch or pull request and the beginning of another commit. Write the whole sha.`,
  );
}

/** Upper and lower case are the same to those who host repositories. */
function isOf(asked: PreviewAddress['repository'], { repository }: FoundPreview): boolean {
  if (asked === undefined) return true;
  const own = repositoryOf(repository ?? '');
  return own?.owner === asked.owner.toLowerCase() && own.repo === asked.repo.toLowerCase();
}

function notFound({ repository, ref }: PreviewAddress): Fault {
  const isBranchOfNothing = repository === undefined && !SHA.test(ref);
  return new Fault('not_found', isBranchOfNothing ? 'Registry or repository not found' : 'Pkg not found');
}

function describe(reply: FastifyReply, found: FoundPreview): FoundPreview {
  const own = repositoryOf(found.repository ?? '');
  if (own) reply.header('x-commit-key', `${inHeader(own.owner)}:${inHeader(own.repo)}:${found.sha}`);
  reply.header('x-pkg-name-key', found.name.replace('/', ':'));
  reply.header('last-modified', new Date(found.publishedAt).toUTCString());
  return found;
}

/** Headers take Latin-1 only, and not all of it. */
function inHeader(text: string): string {
  return encodeURI(text.toWellFormed());
}

function lookOf(found: FoundPreview) {
  return { ...previewLook(found), contentType: CONTENT_TYPE };
}
