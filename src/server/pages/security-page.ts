import {
  hasSecondFactor,
  type FactorStanding,
  type Passkey,
  type SecondFactorMode,
} from '../../accounts/index.ts';
import { escape, page, passkeyForm, PASSKEY_SCRIPT } from '../../doors/index.ts';
import { isoTime } from '../../kernel/index.ts';

/** What the page shows once somebody has shown who they are. */
export interface SecurityPage {
  user: string;
  /** Goes back with every form: they have shown it. */
  proof: string;
  standing: FactorStanding;
  passkeys: Passkey[];
  /** What `navigator.credentials.create` is called with; undefined where browsers make no passkeys. */
  creation: object | undefined;
  /** Shown now and never again. */
  recoveryCodes?: string[];
  /** Of an app that waits to be confirmed. */
  secret?: { text: string; url: string };
  problem?: string;
}

/** What npm takes too, unless it is told otherwise. */
const FIRST_MODE: SecondFactorMode = 'auth-and-writes';

export function signInForm(problem?: string): string {
  return page(
    'Security of your account',
    `${alert(problem)}
<form method="post">
<p><label>User name<br><input name="name" required autocomplete="username" autocapitalize="none" spellcheck="false"></label></p>
<p><label>Password<br><input name="password" type="password" required autocomplete="current-password"></label></p>
<p><button>Go on</button></p>
</form>`,
  );
}

export function securityPage(view: SecurityPage): string {
  const { user, proof, standing, passkeys, creation, recoveryCodes = [], secret, problem } = view;
  const on = hasSecondFactor(standing);
  const fields = (action: string) =>
    `<input type="hidden" name="proof" value="${escape(proof)}"><input type="hidden" name="do" value="${action}">`;
  const button = (action: string, label: string, more = '') =>
    `<form method="post">${fields(action)}${more}<p><button>${label}</button></p></form>`;
  const parts = [
    alert(problem),
    `<p>These are the second factors of <b>${escape(user)}</b>.</p>`,
    recoveryCodes.length > 0 ? codesShown(recoveryCodes) : '',
    `<h2>Authenticator app</h2>`,
    secret ? confirmForm(secret, fields('confirm-totp')) : appPart(standing, button),
    `<h2>Passkeys</h2>`,
    ...passkeys.map((passkey) => passkeyPart(passkey, button)),
    creation === undefined
      ? '<p>Passkeys need a host name: open this page under the public URL of this server.</p>'
      : passkeyForm(
          'create',
          creation,
          'Add a passkey',
          `${fields('add-passkey')}${on ? '' : modeChoice(FIRST_MODE)}<p><label>What to call it<br><input name="label" required maxlength="60" value="Passkey"></label></p>`,
        ),
    on ? `<h2>When it is asked for</h2>${button('mode', 'Change', modeChoice(standing.mode))}` : '',
    on
      ? `<h2>Recovery codes</h2><p>${standing.recoveryCodes} are left.</p>${button('codes', 'Make new ones')}`
      : '',
  ];
  return page('Security of your account', parts.filter(Boolean).join('\n'), PASSKEY_SCRIPT);
}

type Button = (action: string, label: string, more?: string) => string;

function appPart({ totp, passkeys }: FactorStanding, button: Button): string {
  if (totp === 'on') return `<p>Codes of an app are on.</p>${button('remove-totp', 'Turn them off')}`;
  return button('begin-totp', 'Set up an app', passkeys > 0 ? '' : modeChoice(FIRST_MODE));
}

function confirmForm({ text, url }: { text: string; url: string }, fields: string): string {
  return `<p>Type this secret into your app, or <a href="${escape(url)}">open the app</a>: <code>${escape(text)}</code></p>
<form method="post">${fields}
<p><label>Code that the app shows<br><input name="code" required autocomplete="one-time-code" inputmode="numeric"></label></p>
<p><button>Turn on</button></p>
</form>`;
}

function passkeyPart({ id, name, createdAt, usedAt }: Passkey, button: Button): string {
  const used = usedAt === null ? 'never used' : `last used ${isoTime(usedAt).slice(0, 10)}`;
  return `<p><b>${escape(name)}</b>, added ${isoTime(createdAt).slice(0, 10)}, ${used}</p>
${button('remove-passkey', 'Remove', `<input type="hidden" name="id" value="${id}">`)}`;
}

function modeChoice(mode: FactorStanding['mode']): string {
  const option = (value: string, label: string) =>
    `<option value="${value}"${mode === value ? ' selected' : ''}>${label}</option>`;
  return `<p><label>Ask for it<br><select name="mode">${option('auth-and-writes', 'at log-ins and when publishing')}${option('auth-only', 'at log-ins and changes of the account')}</select></label></p>`;
}

function codesShown(codes: string[]): string {
  return `<p><b>Your recovery codes.</b> Each works once in place of a code. Keep them apart from your devices; they are shown only now.</p>
<ul>${codes.map((code) => `<li><code>${code}</code></li>`).join('')}</ul>`;
}

function alert(problem: string | undefined): string {
  return problem === undefined ? '' : `<p role="alert"><b>${escape(problem)}</b></p>`;
}
