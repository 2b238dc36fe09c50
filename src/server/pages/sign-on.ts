import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_LIFE, SIGN_ON_LIFE, actorOf, type SignOn } from '../../accounts/index.ts';
import { escape, noteFault, notice, page, sendPage } from '../../doors/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';
import { baseUrl } from '../http/base-url.ts';
import { sessionCookie } from '../http/session-cookie.ts';
import type { Identity } from '../identity.ts';
import { readGoal, writeGoal } from './sign-on-goal.ts';

export interface SignOnPageParts extends Pick<Identity, 'accounts' | 'sessions'> {
  signOn: SignOn;
  publicUrl: string | undefined;
}

const CALLBACK = '/-/sso/callback';
const COOKIE = 'kontor_sso';
const LIMITED = { config: { limit: 'login', audit: 'user.sign-on' } } as const;

/** Logging in at the provider, and what a client waits for that a person then confirms. */
export function addSignOnPages(app: FastifyInstance, parts: SignOnPageParts): void {
  const { accounts, sessions, signOn, publicUrl } = parts;
  const base = (request: FastifyRequest) => baseUrl(request.raw, publicUrl);
  const isSecure = publicUrl?.startsWith('https:') ?? false;
  const secure = isSecure ? '; Secure' : '';

  app.get('/-/sso/login', LIMITED, async (request, reply) => {
    try {
      const goal = writeGoal(request.query as Record<string, unknown>);
      const { url, browser } = await signOn.start(goal, `${base(request)}${CALLBACK}`);
      const seconds = SIGN_ON_LIFE / 1000;
      return await reply
        .header(
          'set-cookie',
          `${COOKIE}=${browser}; Path=/-/sso; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`,
        )
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer')
        .redirect(url.href, 303);
    } catch (error) {
      return sendProblemPage(error, request, reply);
    }
  });

  app.get(CALLBACK, LIMITED, async (request, reply) => {
    const forget = `${COOKIE}=; Path=/-/sso; Max-Age=0; HttpOnly; SameSite=Lax${secure}`;
    try {
      const { search } = new URL(request.originalUrl, 'http://path.invalid');
      const callbackUrl = new URL(`${base(request)}${CALLBACK}${search}`);
      const finished = await signOn.finish(callbackUrl, browserOf(request), request.clientAddress);
      const { user, by } = finished;
      const { token } = await sessions.start(user, request.headers['user-agent'] ?? '', by);
      const session = sessionCookie({ token, seconds: SESSION_LIFE / 1000 }, { secure: isSecure });
      reply.header('set-cookie', [forget, session]);
      const next = readGoal(finished.goal);
      if (next === undefined) {
        return await sendPage(reply, 200, notice('Done', `You are logged in as ${user.name}.`));
      }
      return await reply.header('cache-control', 'no-store').redirect(`${base(request)}${next}`, 303);
    } catch (error) {
      return sendProblemPage(error, request, reply.header('set-cookie', forget));
    }
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
