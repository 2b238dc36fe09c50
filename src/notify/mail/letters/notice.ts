import type { Block, Letter } from '../letter.ts';
import type { Notice } from '../notice.ts';
import { utc } from './time.ts';

/** The letter for something that happened; undefined for a type that no mail tells of (any more). */
export function noticeLetter(notice: Notice): Letter | undefined {
  const write = hasLetter(notice.type) ? letters[notice.type] : undefined;
  return write && { to: notice.to, ...write(notice) };
}

/** True if a mail may tell of events of this type. */
export function hasLetter(type: string): boolean {
  return Object.hasOwn(letters, type);
}

type Written = Omit<Letter, 'to'>;

const letters: Readonly<Record<string, (notice: Notice) => Written>> = {
  'token.create': (notice) => ({
    subject: 'A new token for your account',
    blocks: [
      `A token was made for your account ${notice.to.name}.`,
      facts(notice, [
        ['Token', textOf(notice.detail['name'])],
        ['It may', textOf(notice.detail['scopes'])],
      ]),
      'If this was not you: change your password, then list and revoke your tokens (npm token list, npm token revoke).',
    ],
  }),
  'user.password': (notice) => ({
    subject: 'Your password was changed',
    blocks: [
      `The password of your account ${notice.to.name} was changed.`,
      facts(notice),
      'If this was not you: ask an administrator of this server for help at once.',
    ],
  }),
  'second-factor.enable': (notice) => ({
    subject: 'A new second factor for your account',
    blocks: [
      `Your account ${notice.to.name} has a new second factor.`,
      facts(notice),
      'If this was not you: change your password, and ask an administrator of this server to take the factor away.',
    ],
  }),
  'second-factor.remove': withoutFactor,
  'second-factor.disable': withoutFactor,
  'second-factor.recovery': (notice) => ({
    subject: 'A recovery code was used for your account',
    blocks: [
      `Somebody logged in to your account ${notice.to.name} with one of its recovery codes.`,
      facts(notice),
      'If this was not you: change your password, and make new recovery codes.',
    ],
  }),
  'package.publish': (notice) => ({
    subject: `${nameOf(notice)} was published`,
    blocks: [
      `${notice.by} published ${nameOf(notice)}, a package of yours.`,
      facts(notice),
      'If this should not be: deprecate or unpublish the version, and revoke the token that was used.',
    ],
  }),
  'package.stage': (notice) => ({
    subject: `${nameOf(notice)} waits for your approval`,
    blocks: [
      `${notice.by} wants to publish ${nameOf(notice)}, a package of yours. Nobody gets it before one of its owners approves it.`,
      facts(notice),
      'Look at it with npm stage list; then npm stage approve or npm stage reject.',
    ],
  }),
};

function withoutFactor(notice: Notice): Written {
  return {
    subject: 'A second factor of your account is gone',
    blocks: [
      `A second factor of your account ${notice.to.name} was taken away.`,
      facts(notice),
      'If this was not you: change your password, and add a second factor again.',
    ],
  };
}

function nameOf(notice: Notice): string {
  return `${notice.package ?? 'a package'} ${notice.version ?? ''}`.trim();
}

function facts(notice: Notice, first: readonly (readonly [string, string])[] = []): Block {
  const rows: [string, string | null][] = [
    ['Registry', notice.registry],
    ['By', notice.by],
    ['From', notice.address],
    ['When', utc(notice.at)],
  ];
  const known = rows.filter((row): row is [string, string] => row[1] !== null);
  return { facts: [...first.filter(([, value]) => value !== ''), ...known] };
}

/** A text, or the texts of a list; anything else says nothing. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(', ') : '';
}
