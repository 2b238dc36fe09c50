import type { FastifyReply, FastifyRequest } from 'fastify';
import { isFault } from '../../kernel/index.ts';
import type { FoundPreview } from '../../registry/index.ts';
import type { FileLook } from '../file-look.ts';
import type { PantryDoorOptions } from './options.ts';
import { shortSha } from './preview-look.ts';

/**
 * Answers a GET request with what `find` finds, and counts it. Its bytes go the moment it is replaced: then it is found once more, for
 * whoever asks gets what was there before or what is there after.
 */
export async function sendPreview(
  { files, downloads }: Pick<PantryDoorOptions, 'files' | 'downloads'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { find, lookOf }: { find: () => Promise<FoundPreview>; lookOf: (found: FoundPreview) => FileLook },
): Promise<FastifyReply> {
  const send = (file: FoundPreview) => {
    const { name, sha, restricted } = file;
    const registryId = request.registry.id;
    const count = () => downloads.countPreview({ registryId, name, label: shortSha(sha), restricted });
    return files.get(request, reply, { file, look: lookOf(file), use: { count } });
  };
  const found = await find();
  try {
    return await send(found);
  } catch (error) {
    if (!isFault(error, 'not_found')) throw error;
    const again = await find();
    if (again.key === found.key) throw error;
    return send(again);
  }
}
