import type { RegistrationMode } from '../../accounts/index.ts';
import { escape, page } from '../page.ts';

/** What the form of a web login shows. */
export interface LoginForm {
  /** The registry that a client wants a token for. */
  base: string;
  /** What the client calls itself: anything at all. */
  client: string;
  /** May who fills it in become a user by it? A mode: no, although the client asked for that. */
  register: boolean | Exclude<RegistrationMode, 'open'>;
  /** Where to log in with single sign-on instead, or undefined. */
  signOn?: string | undefined;
  /** What was typed last time, and what was wrong with it. */
  name?: string;
  problem?: string;
}

const NOT_HERE: Record<Exclude<RegistrationMode, 'open'>, string> = {
  off: 'New users are made by the administrators of this registry; who is one already can log in.',
  invite:
    'New users need an invitation by an administrator and open its link; who is one already can log in.',
};

/** A form that works without script; it posts to its own URL, which nobody else knows. */
export function loginForm({ base, client, register: asked, name = '', problem, signOn }: LoginForm): string {
  const register = asked === true;
  const title = register ? 'Register or log in' : 'Log in';
  const password = register ? 'Password (of a new user: at least 8 characters)' : 'Password';
  return page(
    title,
    `<p>A client asks for access to <b>${escape(base)}</b>${client === '' ? '' : `: <code>${escape(client)}</code>`}.</p>
<p>Go on only if you have started this login yourself just now: the client will act in your name.</p>
${typeof asked === 'string' ? `<p>${NOT_HERE[asked]}</p>` : ''}
${problem === undefined ? '' : `<p role="alert"><b>${escape(problem)}</b></p>`}
<form method="post">
<p><label>User name<br><input name="name" value="${escape(name)}" required autocomplete="username" autocapitalize="none" spellcheck="false"></label></p>
<p><label>${password}<br><input name="password" type="password" required autocomplete="current-password"></label></p>
${register ? '<p><label>E-mail of a new user, if you like<br><input name="email" type="email" autocomplete="email"></label></p>' : ''}
<p><button>${title}</button></p>
</form>
${signOn === undefined ? '' : `<p>or <a href="${escape(signOn)}">log in with single sign-on</a></p>`}`,
  );
}
