import { escape, page } from './page.ts';

/** What the page shows that asks for a second factor. */
export interface FactorForm {
  /** Whose factor. */
  user: string;
  /** What goes on when it was shown, as a sentence. */
  why: string;
  /** Goes back with the form; says that the password was right. */
  proof?: string;
  /** What the browser's `navigator.credentials.get` is called with, as JSON; undefined: no passkey can be used here. */
  passkey?: object;
  /** What was wrong the last time. */
  problem?: string;
}

/** A form that posts to its own URL: `code` or `response`, and `proof`. */
export function factorForm({ user, why, proof, passkey, problem }: FactorForm): string {
  const hidden = proof === undefined ? '' : `<input type="hidden" name="proof" value="${escape(proof)}">`;
  return page(
    'Second factor',
    `<p>${escape(why)}</p>
<p>This asks for the second factor of <b>${escape(user)}</b>.</p>
${problem === undefined ? '' : `<p role="alert"><b>${escape(problem)}</b></p>`}
${passkey === undefined ? '' : passkeyForm('get', passkey, 'Use a passkey', hidden)}
<form method="post">
${hidden}
<p><label>Code of your app, or a recovery code<br><input name="code" required autocomplete="one-time-code" inputmode="numeric" spellcheck="false"></label></p>
<p><button>Go on</button></p>
</form>`,
    PASSKEY_SCRIPT,
  );
}

/** A form whose button makes or uses a passkey and posts it as `response`. `fields` is HTML. */
export function passkeyForm(
  action: 'create' | 'get',
  options: object,
  label: string,
  fields: string,
): string {
  return `<form method="post" class="passkey" data-action="${action}" data-options="${escape(JSON.stringify(options))}">
${fields}
<input type="hidden" name="response">
<p><button>${escape(label)}</button></p>
<p role="alert"></p>
</form>`;
}

/** Web Authentication Level 3, section 5.1: `parse…FromJSON` and `toJSON`. A form is all that it needs of the server. */
export const PASSKEY_SCRIPT = `'use strict';
for (const form of document.querySelectorAll('form.passkey')) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const say = (text) => { form.querySelector('[role=alert]').textContent = text; };
    say('');
    try {
      const options = JSON.parse(form.dataset.options);
      const credential = form.dataset.action === 'create'
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.namedItem('response').value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch (error) {
      say('The passkey could not be used (' + error.name + '). Reload the page and try again.');
    }
  });
}
`;
