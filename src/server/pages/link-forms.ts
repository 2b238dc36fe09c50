import { escape, page } from '../../doors/index.ts';

/** A field of a form; `type` as HTML has it. */
interface Field {
  name: string;
  label: string;
  type: 'text' | 'password' | 'email';
  autocomplete: string;
  value?: string;
  optional?: boolean;
}

export interface LinkForm {
  title: string;
  /** Sentences above the form. */
  text: readonly string[];
  fields: readonly Field[];
  button: string;
  /** What was wrong the last time. */
  problem?: string | undefined;
}

/** A form that works without script and posts to its own URL, which only the receiver of the link knows. */
export function linkForm({ title, text, fields, button, problem }: LinkForm): string {
  return page(
    title,
    `${text.map((sentence) => `<p>${escape(sentence)}</p>`).join('\n')}
${problem === undefined ? '' : `<p role="alert"><b>${escape(problem)}</b></p>`}
<form method="post">
${fields.map(input).join('\n')}
<p><button>${escape(button)}</button></p>
</form>`,
  );
}

function input({ name, label, type, autocomplete, value = '', optional = false }: Field): string {
  const shown =
    type === 'password' ? '' : ` value="${escape(value)}" autocapitalize="none" spellcheck="false"`;
  return `<p><label>${escape(label)}<br><input name="${name}" type="${type}" autocomplete="${autocomplete}"${shown}${optional ? '' : ' required'}></label></p>`;
}

export const newPassword: Field = {
  name: 'password',
  label: 'New password (at least 8 characters)',
  type: 'password',
  autocomplete: 'new-password',
};
