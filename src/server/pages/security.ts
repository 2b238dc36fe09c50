import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  byPassword,
  hasSecondFactor,
  relyingParty,
  type Accounts,
  type SecondFactorMode,
  type SecondFactors,
  type User,
} from '../../accounts/index.ts';
import {
  assertShown,
  noteFault,
  PASSKEY_SCRIPT,
  readResponse,
  sendFactorForm,
  sendPage,
} from '../../doors/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';
import { baseUrl } from '../http/base-url.ts';
import { acceptForms, formOf, LARGEST_FORM } from './forms.ts';
import { securityPage, signInForm, type SecurityPage } from './security-page.ts';

const PATH = '/-/account/security';
const WHY = 'You are about to change how your account is protected.';

export interface SecurityPageParts {
  accounts: Accounts;
  secondFactors: SecondFactors;
  publicUrl: string | undefined;
}

/**
 * Where people look after their second factors, without script but for passkeys. Nothing is kept in a cookie: password and factor are
 * asked for here, and every form carries the proof of that for ten minutes, so that no other page can send one.
 */
export function addSecurityPage(app: FastifyInstance, parts: SecurityPageParts): void {
  const { accounts, secondFactors, publicUrl } = parts;
  void app.register((scope, _options, done) => {
    acceptForms(scope, { publicUrl, maxBytes: LARGEST_FORM });
    scope.addHook('onRequest', (request, _reply, next) => {
      request.base = baseUrl(request.raw, publicUrl);
      next();
    });

    scope.get(PATH, { config: { limit: 'login' } }, (_request, reply) => sendPage(reply, 200, signInForm()));

    scope.post(PATH, { config: { limit: 'login' } }, async (request, reply) => {
      const form = formOf(request);
      const proof = form.get('proof');
      return proof === null ? signIn(request, reply, form) : goOn(request, reply, form, proof);
    });
    done();
  });

  async function signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    form: URLSearchParams,
  ): Promise<FastifyReply> {
    try {
      const password = form.get('password') ?? '';
      const user = await accounts.login(form.get('name') ?? '', password, request.clientAddress);
      const has = hasSecondFactor(await secondFactors.standingOf(user));
      const proof = await secondFactors.startPagePrompt(user, !has);
      if (has) return await sendFactorForm(secondFactors, request, reply, { user, why: WHY, proof });
      return await show(request, reply, user, { proof });
    } catch (error) {
      const problem = problemOf(error, request);
      return sendPage(reply, problem.status, signInForm(problem.message));
    }
  }

  async function goOn(
    request: FastifyRequest,
    reply: FastifyReply,
    form: URLSearchParams,
    proof: string,
  ): Promise<FastifyReply> {
    const prompt = await secondFactors.openPrompt(proof);
    if (prompt?.purpose !== 'page') {
      return sendPage(reply, 403, signInForm('This took too long: show again who you are.'));
    }
    const { user } = prompt;
    try {
      if (prompt.passed)
        return await show(request, reply, user, { proof, ...(await change(request, user, form)) });
      await assertShown(secondFactors, request, user, form);
      await secondFactors.passPrompt(proof);
      return await show(request, reply, user, { proof });
    } catch (error) {
      const { status, message: problem } = problemOf(error, request);
      reply.code(status);
      return prompt.passed
        ? show(request, reply, user, { proof, problem })
        : sendFactorForm(secondFactors, request, reply, { user, why: WHY, proof, problem });
    }
  }

  /** Does what the form asks for; what comes of it is shown once. */
  async function change(
    request: FastifyRequest,
    user: User,
    form: URLSearchParams,
  ): Promise<Pick<SecurityPage, 'recoveryCodes' | 'secret'>> {
    const by = byPassword(user, request.clientAddress);
    const party = relyingParty(request.base);
    switch (form.get('do')) {
      case 'begin-totp': {
        const issuer = `Kontor ${new URL(request.base).hostname}`;
        const { secret, url } = await secondFactors.beginTotp(user, { mode: modeFrom(form), issuer });
        return { secret: { text: secret, url } };
      }
      case 'confirm-totp':
        return { recoveryCodes: await secondFactors.confirmTotp(user, form.get('code') ?? '', by) };
      case 'remove-totp':
        await secondFactors.removeTotp(user, by);
        return {};
      case 'add-passkey': {
        if (party === undefined) throw new Fault('bad_request', 'Passkeys need a host name.');
        const response = readResponse(form.get('response') ?? '');
        const made = { response, name: form.get('label') ?? '', mode: modeFrom(form) };
        return { recoveryCodes: (await secondFactors.addPasskey(user, party, made, by)).recoveryCodes };
      }
      case 'remove-passkey':
        await secondFactors.removePasskey(user, idFrom(form), by);
        return {};
      case 'codes':
        return { recoveryCodes: await secondFactors.renewRecoveryCodes(user, by) };
      case 'mode':
        await secondFactors.setFactorMode(user, modeFrom(form), by);
        return {};
      default:
        throw new Fault('bad_request', 'This form asks for nothing that can be done here.');
    }
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    user: User,
    more: Pick<SecurityPage, 'proof' | 'recoveryCodes' | 'secret' | 'problem'>,
  ): Promise<FastifyReply> {
    const party = relyingParty(request.base);
    const [standing, passkeys, creation] = await Promise.all([
      secondFactors.standingOf(user),
      secondFactors.passkeysOf(user),
      party && secondFactors.passkeyCreation(user, party),
    ]);
    const html = securityPage({ user: user.name, standing, passkeys, creation, ...more });
    return sendPage(reply, reply.statusCode, html, PASSKEY_SCRIPT);
  }
}

/** What the page can say; anything else is the error handler's. */
function problemOf(error: unknown, request: FastifyRequest): Fault {
  if (!isFault(error) || error.status >= 500) throw error;
  noteFault(error, request);
  return error;
}

function modeFrom(form: URLSearchParams): SecondFactorMode {
  return form.get('mode') === 'auth-only' ? 'auth-only' : 'auth-and-writes';
}

function idFrom(form: URLSearchParams): number {
  const id = Number(form.get('id'));
  if (Number.isSafeInteger(id)) return id;
  throw new Fault('bad_request', 'The number of the passkey is missing.');
}
