import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  byPassword,
  EVERYDAY_SCOPES,
  hasSecondFactor,
  type User,
  type WebLogin,
} from '../../../accounts/index.ts';
import { isFault } from '../../../kernel/index.ts';
import { noteFault } from '../../faults.ts';
import { logInOrRegister } from '../login.ts';
import { isFromOurPage, notice, sendPage } from '../../page.ts';
import { assertShown, sendFactorForm } from '../../show-factor.ts';
import { loginForm } from '../login-page.ts';
import type { NpmDoorOptions } from '../options.ts';
import { readForm, readOptionalJson } from '../request.ts';

const PAGE = '/-/v1/login/:id';
/** Seconds until a client asks again. */
const PATIENCE = 1;
const WHY = 'A client waits for this log-in: it will act in your name.';

/** `npm login` and `npm adduser` through a browser: protocols/npm 4.2. */
export function webLoginRoutes(
  app: FastifyInstance,
  { accounts, secondFactors, registration, signOn }: NpmDoorOptions,
): void {
  const mayRegister = ({ create }: WebLogin) => create && (registration.mode === 'open' || registration.mode);

  /** At the root of the server, which may lie below a path of its host. */
  const signOnUrl = ({ base, registry, params }: FastifyRequest): string | undefined => {
    const { id } = params as { id: string };
    return signOn ? `${base.slice(0, -registry.name.length - 1)}/-/sso/login?login=${id}` : undefined;
  };

  app.post('/-/v1/login', { config: { limit: 'login' } }, async (request, reply) => {
    const body = await readOptionalJson(request);
    const create = typeof body === 'object' && body !== null && 'create' in body && body.create === true;
    const client = request.headers['user-agent'] ?? '';
    const { page, done } = await accounts.startWebLogin({ create, client });
    return reply.header('cache-control', 'no-store').send({
      loginUrl: `${request.base}/-/v1/login/${page}`,
      doneUrl: `${request.base}/-/v1/done/${done}`,
    });
  });

  app.get(PAGE, async (request, reply) => {
    const { id } = request.params as { id: string };
    const login = await accounts.openWebLogin(id);
    if (login === undefined) return sendGone(reply);
    const register = mayRegister(login);
    return sendPage(
      reply,
      200,
      loginForm({ base: request.base, client: login.client, register, signOn: signOnUrl(request) }),
    );
  });

  const approve = async (request: FastifyRequest, reply: FastifyReply, user: User): Promise<FastifyReply> => {
    const { id } = request.params as { id: string };
    const by = byPassword(user, request.clientAddress);
    if (!(await accounts.approveWebLogin(id, user, by))) return sendGone(reply);
    const sentence = `You are logged in as ${user.name}. You may close this page and go back to your terminal.`;
    return sendPage(reply, 200, notice('Done', sentence));
  };

  /** The password was right a moment ago: `proof` says whose. */
  const secondStep = async (
    request: FastifyRequest,
    reply: FastifyReply,
    form: URLSearchParams,
    proof: string,
  ): Promise<FastifyReply> => {
    const prompt = await secondFactors.openPrompt(proof);
    if (prompt?.purpose !== 'page') return sendGone(reply);
    const { user } = prompt;
    try {
      await assertShown(secondFactors, request, user, form);
    } catch (error) {
      if (!isFault(error) || error.status >= 500) throw error;
      noteFault(error, request);
      const again = { user, why: WHY, proof, problem: error.message };
      return sendFactorForm(secondFactors, request, reply.code(error.status), again);
    }
    return approve(request, reply, user);
  };

  app.post(PAGE, { config: { limit: 'login' } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    if (!isFromOurPage(request.headers, request.base)) {
      return sendPage(reply, 403, notice('Not accepted', 'The form was sent from a page of another site.'));
    }
    const login = await accounts.openWebLogin(id);
    if (login === undefined) return sendGone(reply);
    const register = mayRegister(login);
    const form = await readForm(request);
    const proof = form.get('proof');
    if (proof !== null) return secondStep(request, reply, form, proof);
    const name = form.get('name') ?? '';
    try {
      const user = await logInOrRegister(accounts, register === true ? registration : undefined, {
        name,
        password: form.get('password') ?? '',
        email: form.get('email'),
        address: request.clientAddress,
      });
      if (hasSecondFactor(await secondFactors.standingOf(user))) {
        const page = await secondFactors.startPagePrompt(user, false);
        return await sendFactorForm(secondFactors, request, reply, { user, why: WHY, proof: page });
      }
      return await approve(request, reply, user);
    } catch (error) {
      if (!isFault(error) || error.code === 'internal') throw error;
      noteFault(error, request);
      if (error.status === 401) reply.header('www-authenticate', 'Bearer');
      const { base } = request;
      const again = loginForm({
        base,
        client: login.client,
        register,
        name,
        problem: error.message,
        signOn: signOnUrl(request),
      });
      return sendPage(reply, error.status, again);
    }
  });

  // No HEAD: it would fetch the token and show it to nobody.
  app.get('/-/v1/done/:id', { exposeHeadRoute: false }, async (request, reply) => {
    const { id } = request.params as { id: string };
    reply.header('cache-control', 'no-store');
    const login = await accounts.redeemWebLogin(
      id,
      { name: 'npm login', scopes: EVERYDAY_SCOPES },
      request.clientAddress,
    );
    if (login.state === 'done') return reply.send({ token: login.token });
    return reply.code(202).header('retry-after', PATIENCE).send({});
  });
}

function sendGone(reply: FastifyReply): FastifyReply {
  const sentence = 'This link has expired or was used already. Start the login again in your terminal.';
  return sendPage(reply, 404, notice('Not here (any more)', sentence));
}
