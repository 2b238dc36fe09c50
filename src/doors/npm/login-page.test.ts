import { expect, test } from 'vitest';
import { isFromOurPage, notice } from '../page.ts';
import { loginForm } from './login-page.ts';

const form = { base: 'https://registry.example/npm', client: 'npm/11', register: false };

test('the form asks for name and password, posts to its own URL, and says who asks for what', () => {
  const html = loginForm(form);
  expect(html).toContain('<form method="post">');
  expect(html).toContain('name="name"');
  expect(html).toContain('name="password" type="password"');
  expect(html).not.toContain('name="email"');
  expect(html).toContain('https://registry.example/npm');
  expect(html).toContain('npm/11');
  expect(html).not.toMatch(/<script|\son\w+=|(?:src|href|action)=/i);
});

test('who may register can give an e-mail address; who may not is told', () => {
  expect(loginForm({ ...form, register: true })).toContain('name="email"');
  const off = loginForm({ ...form, register: 'off' });
  expect(off).not.toContain('name="email"');
  expect(off).toContain('administrators');
  const invite = loginForm({ ...form, register: 'invite' });
  expect(invite).not.toContain('name="email"');
  expect(invite).toContain('need an invitation');
});

test('whatever comes from outside is text', () => {
  const evil = `"><script>alert('&amp;')</script>`;
  const shown = '&quot;&gt;&lt;script&gt;alert(&#39;&amp;amp;&#39;)&lt;/script&gt;';
  const html = loginForm({ base: evil, client: evil, register: true, name: evil, problem: evil });
  expect(html).not.toContain('<script');
  expect(html.split(shown)).toHaveLength(5);
  expect(notice('Done', evil)).toContain(`<p>${shown}</p>`);
});

test.each([
  [true, {}],
  [true, { 'sec-fetch-site': 'same-origin', origin: 'null' }],
  [true, { 'sec-fetch-site': 'none' }],
  [false, { 'sec-fetch-site': 'cross-site', origin: 'https://registry.example' }],
  [false, { 'sec-fetch-site': 'same-site' }],
  [true, { origin: 'https://registry.example' }],
  [true, { origin: 'null' }],
  [false, { origin: 'https://evil.example' }],
  [false, { origin: 'http://registry.example' }],
  [false, { origin: 'https://registry.example:8443' }],
])('that a form is ours is %s with the headers %o', (ours, headers) => {
  expect(isFromOurPage(headers, form.base)).toBe(ours);
});
