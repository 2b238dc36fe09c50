import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { byPassword, type LinkPurpose, type LinkRow } from '../../accounts/index.ts';
import { noteFault, notice, sendPage } from '../../doors/index.ts';
import { isFault } from '../../kernel/index.ts';
import type { Identity } from '../identity.ts';
import { acceptForms, formOf } from './forms.ts';
import { linkForm, newPassword, type LinkForm } from './link-forms.ts';

export type LinkPageParts = Pick<Identity, 'accounts' | 'recovery' | 'registration'> & {
  publicUrl: string | undefined;
};

/** Bytes of a form. */
const LARGEST_FORM = 16 * 1024;

/** What is behind a link, and what its form does. */
interface LinkPage {
  path: string;
  purpose: LinkPurpose;
  form(link: LinkRow, filled: URLSearchParams): Omit<LinkForm, 'problem'>;
  /** Returns what the person is told. */
  submit(secret: string, link: LinkRow, filled: URLSearchParams, address: string): Promise<string>;
}

/**
 * The pages behind the links that are mailed or handed over. Opening one changes nothing: programs that look into mails open
 * links too.
 */
export function addLinkPages(app: FastifyInstance, parts: LinkPageParts): void {
  void app.register((scope, _options, done) => {
    acceptForms(scope, { publicUrl: parts.publicUrl, maxBytes: LARGEST_FORM });
    for (const one of [resetPage(parts), verifyPage(parts), registerPage(parts)]) addPage(scope, one, parts);
    done();
  });
}

function addPage(app: FastifyInstance, one: LinkPage, { recovery }: LinkPageParts): void {
  const url = `/-/account/${one.path}/:secret`;

  app.get(url, async (request, reply) => {
    const link = await recovery.open(one.purpose, secretOf(request));
    if (link === undefined) return sendGone(reply);
    return sendPage(reply, 200, linkForm(one.form(link, new URLSearchParams())));
  });

  app.post(url, { config: { limit: 'login' } }, async (request, reply) => {
    const secret = secretOf(request);
    const link = await recovery.open(one.purpose, secret);
    if (link === undefined) return sendGone(reply);
    const filled = formOf(request);
    try {
      const told = await one.submit(secret, link, filled, request.clientAddress);
      return await sendPage(reply, 200, notice('Done', told));
    } catch (error) {
      if (!isFault(error) || error.status >= 500) throw error;
      noteFault(error, request);
      if (error.code === 'link_invalid') return sendGone(reply);
      if (error.status === 401) reply.header('www-authenticate', 'Bearer');
      return sendPage(reply, error.status, linkForm({ ...one.form(link, filled), problem: error.message }));
    }
  });
}

function resetPage({ recovery }: LinkPageParts): LinkPage {
  return {
    path: 'reset',
    purpose: 'reset',
    form: ({ user }) => ({
      title: 'New password',
      text: [
        `Choose a new password for ${user?.name ?? ''}.`,
        'Whoever is logged in to the account is logged out.',
      ],
      fields: [newPassword],
      button: 'Set the password',
    }),
    async submit(secret, _link, filled, address) {
      await recovery.reset(secret, filled.get('password') ?? '', address);
      return 'The new password is set. You can log in with it now.';
    },
  };
}

function verifyPage({ accounts, recovery }: LinkPageParts): LinkPage {
  return {
    path: 'verify',
    purpose: 'verification',
    form: ({ user, email }) => ({
      title: 'Verify your address',
      text: [
        `The account ${user?.name ?? ''} says that ${email ?? ''} is its address.`,
        'If the account is yours, type its password. If not, close this page.',
      ],
      fields: [{ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }],
      button: 'This is my address',
    }),
    async submit(secret, { user, email }, filled, address) {
      const owner = await accounts.login(user?.name ?? '', filled.get('password') ?? '', address);
      await recovery.verify(secret, owner, byPassword(owner, address));
      return `${email ?? 'The address'} is verified. You can log in with it too.`;
    },
  };
}

function registerPage({ registration }: LinkPageParts): LinkPage {
  return {
    path: 'register',
    purpose: 'invitation',
    form: ({ email }, filled) => ({
      title: 'Make your account',
      text: ['You are invited to make an account here.'],
      fields: [
        {
          name: 'name',
          label: 'User name',
          type: 'text',
          autocomplete: 'username',
          value: filled.get('name') ?? '',
        },
        newPassword,
        {
          name: 'email',
          label: 'E-mail, if you like',
          type: 'email',
          autocomplete: 'email',
          value: filled.get('email') ?? email ?? '',
          optional: true,
        },
      ],
      button: 'Make the account',
    }),
    async submit(secret, _link, filled, address) {
      const user = await registration.register(
        {
          name: filled.get('name') ?? '',
          password: filled.get('password') ?? '',
          email: filled.get('email'),
          invitation: secret,
        },
        address,
      );
      return `The account ${user.name} is made. You can log in now.`;
    },
  };
}

function secretOf(request: FastifyRequest): string {
  return (request.params as { secret: string }).secret;
}

function sendGone(reply: FastifyReply): FastifyReply {
  return sendPage(
    reply,
    404,
    notice('Not here (any more)', 'This link has expired or was used already. Ask for a new one.'),
  );
}
