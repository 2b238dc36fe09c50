import { linkPath, type Message } from '../../../accounts/index.ts';
import type { Letter } from '../letter.ts';
import { utc } from './time.ts';

/** The letter for a message that carries a secret. */
export function secretLetter(message: Message, base: string): Letter {
  const until = utc(message.expiresAt);
  const link = (label: string, path: string) => ({ label, url: base + path });
  switch (message.kind) {
    case 'verification':
      return {
        to: { name: message.user, address: message.to },
        subject: 'Is this your mail address?',
        blocks: [
          `The account ${message.user} gave this as its mail address. If the account is yours, say so:`,
          link('This is my address', linkPath('verification', message.secret)),
          `The link works once, until ${until}.`,
          'If it is not yours, do nothing: the account gets no mail here.',
        ],
      };
    case 'reset':
      return {
        to: { name: message.user, address: message.to },
        subject: 'A new password',
        blocks: [
          `Somebody asked for a new password for your account ${message.user}. If it was you, choose one:`,
          link('Choose a new password', linkPath('reset', message.secret)),
          `The link works once, until ${until}.`,
          'If it was not you, do nothing: your password stays as it is.',
        ],
      };
    case 'invitation': {
      const host = message.invitedBy === null ? 'You are invited' : `${message.invitedBy} invites you`;
      const what =
        message.organisation === null
          ? 'to make an account'
          : `to join the organisation ${message.organisation}`;
      return {
        to: { name: message.to, address: message.to },
        subject: `${host} ${what}`,
        blocks: [
          `${host} ${what}.`,
          message.organisation === null
            ? link('Make an account', linkPath('invitation', message.secret))
            : link('Join', `/-/account/join/${message.secret}`),
          `The link works once, until ${until}.`,
        ],
      };
    }
  }
}
