import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OpenFactorPrompt } from '../../../accounts/index.ts';
import { isFault } from '../../../kernel/index.ts';
import { assertShown, sendFactorForm } from '../../show-factor.ts';
import { noteFault } from '../../faults.ts';
import { isFromOurPage, notice, sendPage } from '../../page.ts';
import type { NpmDoorOptions } from '../options.ts';
import { readForm } from '../request.ts';

const PAGE = '/-/v1/second-factor/:id';
/** Seconds until a client asks again. */
const PATIENCE = 1;
const WHY =
  'A client on your machine waits for this. Go on only if you have started it yourself just now: it will act in your name.';

/** The page on which a browser shows a second factor for a client that waits: protocols/npm 4.4, web form. */
export function secondFactorRoutes(app: FastifyInstance, { secondFactors }: NpmDoorOptions): void {
  const waiting = async (request: FastifyRequest): Promise<OpenFactorPrompt | undefined> => {
    const { id } = request.params as { id: string };
    const prompt = await secondFactors.openPrompt(id);
    return prompt?.purpose === 'client' && !prompt.passed ? prompt : undefined;
  };

  app.get(PAGE, { config: { limit: 'login' } }, async (request, reply) => {
    const prompt = await waiting(request);
    if (prompt === undefined) return sendGone(reply);
    return sendFactorForm(secondFactors, request, reply, { ...prompt, why: WHY });
  });

  app.post(PAGE, { config: { limit: 'login' } }, async (request, reply) => {
    if (!isFromOurPage(request.headers, request.base)) {
      return sendPage(reply, 403, notice('Not accepted', 'The form was sent from a page of another site.'));
    }
    const { id } = request.params as { id: string };
    const prompt = await waiting(request);
    if (prompt === undefined) return sendGone(reply);
    try {
      await assertShown(secondFactors, request, prompt.user, await readForm(request));
    } catch (error) {
      if (!isFault(error) || error.status >= 500) throw error;
      noteFault(error, request);
      const problem = error.message;
      return sendFactorForm(secondFactors, request, reply.code(error.status), {
        ...prompt,
        why: WHY,
        problem,
      });
    }
    if (!(await secondFactors.passPrompt(id))) return sendGone(reply);
    return sendPage(reply, 200, notice('Done', 'You may close this page and go back to your terminal.'));
  });

  // No HEAD: it would fetch the pass and show it to nobody.
  app.get('/-/v1/second-factor-done/:id', { exposeHeadRoute: false }, async (request, reply) => {
    const { id } = request.params as { id: string };
    reply.header('cache-control', 'no-store');
    const prompt = await secondFactors.redeemPrompt(id);
    if (prompt.state === 'done') return reply.send({ token: prompt.pass });
    return reply.code(202).header('retry-after', PATIENCE).send({});
  });
}

function sendGone(reply: FastifyReply): FastifyReply {
  const sentence = 'This link has expired or was used already. Start again in your terminal.';
  return sendPage(reply, 404, notice('Not here (any more)', sentence));
}
