import { Type } from 'typebox';
import type { User } from '../../accounts/index.ts';
import { Time, timeText } from './schemas.ts';

export const Role = Type.Union([Type.Literal('administrator'), Type.Literal('user')]);
export const UserName = Type.String({
  description: '2 to 64 letters (a-z), digits, dots, underscores and dashes; case does not matter.',
});
/** Longer ones are refused with a sentence. */
export const Password = Type.String({ maxLength: 10_000, description: 'At least 8 characters.' });
export const Email = Type.String({ maxLength: 1000 });
/** Of one use, 256 bits in base64url. */
export const LinkSecret = Type.String({ maxLength: 100, description: 'The last part of the link.' });
export const OneTimePassword = Type.Optional(
  Type.String({
    maxLength: 200,
    description: 'A code of the authenticator app or a recovery code, for who has a second factor.',
  }),
);

export const UserShape = Type.Object({
  name: Type.String(),
  role: Role,
  email: Type.Union([Type.String(), Type.Null()]),
  disabled: Type.Boolean(),
  createdAt: Time,
});

export function userShape({ name, role, email, disabledAt, createdAt }: User) {
  return { name, role, email, disabled: disabledAt !== null, createdAt: timeText(createdAt) };
}

/** A link that one person hands to another. */
export const LinkShape = Type.Object({
  url: Type.String({ description: 'Works once. Shown now and never again.' }),
  expiresAt: Time,
});
