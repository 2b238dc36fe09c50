import { expect, test } from 'vitest';
import { isOwnUrl } from './self.ts';

const own = ['http://localhost:3000', 'https://packages.example.com/kontor'];

test.each([
  'http://localhost:3000/npm/',
  'http://127.0.0.1:3000/',
  'http://127.8.9.1:3000/npm/',
  'http://[::1]:3000/npm',
  'http://0.0.0.0:3000/',
  'http://LOCALHOST.:3000/npm/',
  'https://packages.example.com/kontor/npm/',
  'https://packages.example.com:443/kontor',
])('%s is ours', (url) => {
  expect(isOwnUrl(new URL(url), own)).toBe(true);
});

test.each([
  'http://localhost:3001/npm/',
  'https://localhost:3000/npm/',
  'https://packages.example.com/',
  'https://packages.example.com/kontor-old/npm/',
  'https://other.example.com/kontor/',
  'http://localhost.example.com:3000/',
])('%s is not ours', (url) => {
  expect(isOwnUrl(new URL(url), own)).toBe(false);
});
