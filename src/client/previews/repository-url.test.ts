import { expect, test } from 'vitest';
import { repositoryUrl } from './repository-url.ts';

test.each([
  ['https://github.com/acme/demo.git', 'https://github.com/acme/demo'],
  ['git+https://github.com/acme/demo.git', 'https://github.com/acme/demo'],
  ['https://anna:secret@git.example.com:8443/acme/demo', 'https://git.example.com:8443/acme/demo'],
  ['http://git.example.com/acme/demo/', 'http://git.example.com/acme/demo'],
  ['git@github.com:acme/demo.git', 'https://github.com/acme/demo'],
  ['ssh://git@git.example.com:2222/acme/demo.git', 'https://git.example.com/acme/demo'],
  ['/srv/git/demo.git', undefined],
  ['file:///srv/git/demo.git', undefined],
  ['../demo', undefined],
])('the web address of %s', (remote, url) => {
  expect(repositoryUrl(remote)).toBe(url);
});
