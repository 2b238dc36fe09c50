import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  SESSION_LIFE,
  SIGN_ON_LIFE,
  actorOf,
  hasSecondFactor,
  type OpenFactorPrompt,
  type SecondFactors,
  type SignOn,
} from '../../accounts/index.ts';
import { assertShown, escape, noteFault, notice, page, sendFactorForm, sendPage } from '../../doors/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';
import { baseUrl } from '../http/base-url.ts';
import { sessionCookie } from '../http/session-cookie.ts';
import type { Identity } from '../identity.ts';
import { acceptForms, formOf, LARGEST_FORM } from './forms.ts';
import { readGoal, writeGoal } from './sign-on-goal.ts';

export interface SignOnPageParts extends Pick<Identity, 'accounts' | 'sessions'> {
  signOn: SignOn;
  secondFactors: SecondFactors;
  publicUrl: string | undefined;
}

const CALLBACK = '/-/sso/callback';
const FACTOR = '/-/sso/second-factor';
const COOKIE = 'kontor_sso';
const WHY = 'You have logged in at the provider; this account asks for a second factor too.';
const LIMITED = { config: { limit: 'login', audit: 'user.sign-on' } } as const;

/** Logging in at the provider, and what a client waits for that a person then confirms. */
export function addSignOnPages(app: FastifyInstance, parts: SignOnPageParts): void {
  const { accounts, secondFactors, sessions, signOn, publicUrl } = parts;
  const base = (request: FastifyRequest) => baseUrl(request.raw, publicUrl);
  const isSecure = publicUrl?.startsWith('https:') ?? false;
  const secure = isSecure ? '; Secure' : '';

  const cookie = (value: string, seconds: number) =>
    `${COOKIE}=${value}; Path=/-/sso; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;

  const letIn = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { user, by, goal }: Awaited<ReturnType<SignOn['finish']>>,
  ): Promise<FastifyReply> => {
    const { token } = await sessions.start(user, request.headers['user-agent'] ?? '', by);
    const session = sessionCookie({ token, seconds: SESSION_LIFE / 1000 }, { secure: isSecure });
    reply.header('set-cookie', [cookie('', 0), session]);
    const next = readGoal(goal);
    if (next === undefined) {
      return sendPage(reply, 200, notice('Done', `You are logged in as ${user.name}.`));
    }
    return reply.header('cache-control', 'no-store').redirect(`${base(request)}${next}`, 303);
  };

  /** Who has come back from the provider in this browser and has yet to show a second factor. */
  const waiting = async (request: FastifyRequest): Promise<OpenFactorPrompt | undefined> => {
    const prompt = await secondFactors.openPrompt(browserOf(request));
    return prompt?.purpose === 'page' && !prompt.passed ? prompt : undefined;
  };

  app.get('/-/sso/login', LIMITED, async (request, reply) => {
    try {
      const goal = writeGoal(request.query as Record<string, unknown>);
      const { url, browser } = await signOn.start(goal, `${base(request)}${CALLBACK}`);
      const seconds = SIGN_ON_LIFE / 1000;
      return await reply
        .header('set-cookie', cookie(browser, seconds))
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer')
        .redirect(url.href, 303);
    } catch (error) {
      return sendProblemPage(error, request, reply);
    }
  });

  app.get(CALLBACK, LIMITED, async (request, reply) => {
    try {
      const { search } = new URL(request.originalUrl, 'http://path.invalid');
      const callbackUrl = new URL(`${base(request)}${CALLBACK}${search}`);
      const finished = await signOn.finish(callbackUrl, browserOf(request), request.clientAddress);
      const { user, by, goal } = finished;
      // A session stands for the second factor wherever one is asked for later.
      if (hasSecondFactor(await secondFactors.standingOf(user))) {
        const proof = await secondFactors.startPagePrompt(user, false);
        const then = goal === '' ? '' : `?then=${encodeURIComponent(goal)}`;
        return await reply
          .header('set-cookie', cookie(proof, SIGN_ON_LIFE / 1000))
          .header('cache-control', 'no-store')
          .redirect(`${base(request)}${FACTOR}${then}`, 303);
      }
      return await letIn(request, reply, { user, by, goal });
    } catch (error) {
      return sendProblemPage(error, request, reply.header('set-cookie', cookie('', 0)));
    }
  });

  app.get(FACTOR, LIMITED, async (request, reply) => {
    request.base = base(request);
    const prompt = await waiting(request);
    if (prompt === undefined) return sendGone(reply);
    return sendFactorForm(secondFactors, request, reply, { user: prompt.user, why: WHY });
  });

  void app.register((scope, _options, done) => {
    acceptForms(scope, { publicUrl, maxBytes: LARGEST_FORM });
    scope.post(FACTOR, LIMITED, async (request, reply) => {
      request.base = base(request);
      const prompt = await waiting(request);
      if (prompt === undefined) return sendGone(reply);
      const { user } = prompt;
      try {
        const goal = writeGoal(request.query as Record<string, unknown>);
        const form = formOf(request);
        await assertShown(secondFactors, request, user, form);
        if (!(await secondFactors.passPrompt(browserOf(request)))) return await sendGone(reply);
        const by = {
          userId: user.id,
          name: user.name,
          via: 'single-sign-on',
          address: request.clientAddress,
        };
        return await letIn(request, reply, { user, by, goal });
      } catch (error) {
        if (!isFault(error) || error.status >= 500) throw error;
        noteFault(error, request);
        const problem = error.message;
        return sendFactorForm(secondFactors, request, reply.code(error.status), { user, why: WHY, problem });
      }
    });
    done();
  });

  app.get('/-/sso/clients/:id', async (request, reply) => {
    const { id } = request.params as { id: string };
    const login = await accounts.openWebLogin(id);
    if (login === undefined) return sendGone(reply);
    const principal = await request.principal().catch((error: unknown) => {
      if (!isFault(error) || error.status !== 401) throw error;
      return undefined;
    });
    if (principal?.kind !== 'user') {
      return reply.redirect(`${base(request)}/-/sso/login?login=${encodeURIComponent(id)}`, 303);
    }
    return sendPage(reply, 200, confirmation(base(request), login.client, principal.user.name));
  });

  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    scope.post('/-/sso/clients/:id', LIMITED, async (request, reply) => {
      const { id } = request.params as { id: string };
      try {
        // Refuses what no page of ours has sent, as every change by a session.
        const principal = await request.principal();
        if (principal.kind !== 'user')
          throw new Fault('unauthenticated', 'You are not logged in (any more).');
        if (!(await accounts.approveWebLogin(id, principal.user, actorOf(principal)))) return sendGone(reply);
        const sentence = `You are logged in as ${principal.user.name}. You may close this page and go back to your terminal.`;
        return await sendPage(reply, 200, notice('Done', sentence));
      } catch (error) {
        return sendProblemPage(error, request, reply);
      }
    });
    done();
  });
}

/** Who is logged in at the provider comes back without being asked, so that a person must say yes here. */
function confirmation(base: string, client: string, name: string): string {
  return page(
    'Log in',
    `<p>A client asks for access to <b>${escape(base)}</b>${client === '' ? '' : `: <code>${escape(client)}</code>`}.</p>
<p>Go on only if you have started this login yourself just now: the client will act in your name.</p>
<form method="post">
<p><button>Log in as ${escape(name)}</button></p>
</form>`,
  );
}

function sendGone(reply: FastifyReply): FastifyReply {
  const sentence = 'This link has expired or was used already. Start the login again in your terminal.';
  return sendPage(reply, 404, notice('Not here (any more)', sentence));
}

function sendProblemPage(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!isFault(error) || error.code === 'internal') throw error;
  noteFault(error, request);
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  return sendPage(reply, error.status, notice('Not logged in', error.message));
}

function browserOf({ headers }: FastifyRequest): string {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? '';
}
