import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../accounts/index.ts';
import { renderLetter, type Letter } from './letter.ts';
import { hasLetter, noticeLetter } from './letters/notice.ts';
import { secretLetter } from './letters/secret.ts';
import type { Notice } from './notice.ts';

const to = { name: 'ann', address: 'ann@example.com' };
const base = 'https://packages.example.com';
const secret = 'S'.repeat(43);
const expiresAt = Date.UTC(2026, 0, 31, 12);

test.each<[Message, RegExp, string]>([
  [
    { kind: 'verification', to: to.address, user: 'ann', secret, expiresAt },
    /Is this your mail address/,
    'verify',
  ],
  [{ kind: 'reset', to: to.address, user: 'ann', secret, expiresAt }, /A new password/, 'reset'],
  [
    { kind: 'invitation', to: to.address, invitedBy: 'bob', organisation: null, secret, expiresAt },
    /bob invites you to make an account/,
    'register',
  ],
])('a message with a secret has its link and its end in both forms: %j', (message, subject, page) => {
  const rendered = renderLetter(secretLetter(message, base), 'packages.example.com');
  expect(rendered.subject).toMatch(subject);
  const url = `${base}/-/account/${page}/${secret}`;
  expect(rendered.text).toContain(`\n${url}\n`);
  expect(rendered.html).toContain(`href="${url}"`);
  for (const form of [rendered.text, rendered.html]) expect(form).toContain('until 2026-01-31 12:00 UTC');
});

const notice: Notice = {
  to,
  type: 'package.publish',
  at: expiresAt,
  by: 'bob',
  address: '192.0.2.1',
  registry: 'npm',
  package: '@acme/demo',
  version: '1.2.3',
  detail: {},
};
const types = [
  'token.create',
  'user.password',
  'second-factor.enable',
  'second-factor.remove',
  'second-factor.disable',
  'second-factor.recovery',
  'package.publish',
  'package.stage',
];

test.each(types)('a notice of %s says who, from where and when', (type) => {
  const letter = noticeLetter({ ...notice, type });
  if (letter === undefined) throw new Error('there is no letter');
  const { text, html, subject } = renderLetter(letter, 'packages.example.com');
  expect(subject.length).toBeGreaterThan(5);
  for (const form of [text, html]) {
    for (const fact of ['bob', '192.0.2.1', '2026-01-31 12:00 UTC']) expect(form).toContain(fact);
  }
});

test('of other events no mail tells', () => {
  for (const type of ['token.revoke', 'package.tag', 'constructor', '__proto__']) {
    expect(hasLetter(type)).toBe(false);
    expect(noticeLetter({ ...notice, type })).toBeUndefined();
  }
});

describe('whatever words come in', () => {
  const words = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constant('a\r\nBcc: eve@example.com\r\n\r\nHi'),
  );
  const letters = fc.record({ name: words, subject: words, paragraph: words, fact: words });

  test('subject and table stay on their lines, and nothing becomes markup', () => {
    fc.assert(
      fc.property(letters, ({ name, subject, paragraph, fact }) => {
        const letter: Letter = {
          to: { name, address: to.address },
          subject,
          blocks: [paragraph, { facts: [['Token', fact]] }],
        };
        const plain: Letter = {
          to: { name: '', address: '' },
          subject: '',
          blocks: ['', { facts: [['Token', '']] }],
        };
        const rendered = renderLetter(letter, 'packages.example.com');
        const empty = renderLetter(plain, 'packages.example.com');
        expect(rendered.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(rendered.text.split('\n').length).toBe(empty.text.split('\n').length);
        expect(rendered.html.match(/<[^>]*>/g)).toEqual(empty.html.match(/<[^>]*>/g));
      }),
    );
  });
});
