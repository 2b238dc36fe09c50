import { describe, expect, test } from 'vitest';
import { checkRegistryName } from './names.ts';

describe('registry names', () => {
  test.each(['team-npm', 'a', '0', 'x'.repeat(63), 'packages2', 'npm'])('accept %s', (name) => {
    expect(() => checkRegistryName(name, 'npm')).not.toThrow();
  });

  test.each([
    '',
    'x'.repeat(64),
    'Team',
    '-team',
    'team_npm',
    'team.npm',
    'index.json',
    'team npm',
    'team\n',
    'a/b',
    '..',
    '%2e',
    '-',
    'tеam',
  ])('refuse the shape of %j', (name) => {
    expect(() => checkRegistryName(name, 'npm')).toThrow(/must have 1 to 63 characters/);
  });

  test.each([
    'packages',
    'search',
    'publish',
    'commits',
    'analytics',
    'health',
    'ready',
    'metrics',
    'auth',
    'users',
    'api',
    'git',
    'categories',
    'popular',
    'recent',
    'downloads',
    'cpkgs',
    'pantry',
  ])('refuse %s, a root word', (name) => {
    expect(() => checkRegistryName(name, 'npm')).toThrow(`clients expect something else at /${name}`);
  });

  test.each(['zig', 'vais', 'deb', 'aam', 'oak'])('keep %s for its own format', (name) => {
    expect(() => checkRegistryName(name, 'npm')).toThrow(`belongs to the format ${name}`);
    expect(() => checkRegistryName(name, name)).not.toThrow();
  });
});
