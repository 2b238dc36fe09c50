import { Type } from 'typebox';
import type { Invitation, Organisation, OrganisationRole, Team } from '../../accounts/index.ts';
import { Time, timeText } from './schemas.ts';

export const Name = Type.String({ maxLength: 214 });
export const Description = Type.Optional(Type.String({ maxLength: 1000 }));
const Text = Type.Union([Type.String(), Type.Null()]);

export const MemberRole = Type.Union(
  [Type.Literal('reader'), Type.Literal('publisher'), Type.Literal('maintainer'), Type.Literal('owner')],
  { description: 'Each may do what those before it may.' },
);

export const OrganisationShape = Type.Object({
  name: Type.String({ description: 'Its packages are in the npm scope of this name.' }),
  description: Type.String(),
  createdAt: Time,
  role: Type.Union([MemberRole, Type.Null()], {
    description: "The asker's; null for an administrator who has none.",
  }),
});

export function organisationShape(row: Organisation & { role: OrganisationRole | null }) {
  const { name, description, createdAt, role } = row;
  return { name, description, createdAt: timeText(createdAt), role };
}

export const MemberShape = Type.Object({ name: Type.String(), role: MemberRole, since: Time });

export function memberShape({ name, role, since }: { name: string; role: OrganisationRole; since: number }) {
  return { name, role, since: timeText(since) };
}

export const TeamShape = Type.Object({
  name: Type.String(),
  description: Type.String(),
  createdAt: Time,
});

export function teamShape({ name, description, createdAt }: Team) {
  return { name, description, createdAt: timeText(createdAt) };
}

export const OrganisationInvitation = Type.Object({
  id: Type.Integer(),
  organisation: Type.String(),
  user: Text,
  email: Text,
  role: MemberRole,
  invitedBy: Text,
  createdAt: Time,
  expiresAt: Time,
});

export function invitationShape(invitation: Invitation) {
  const { createdAt, expiresAt } = invitation;
  return { ...invitation, createdAt: timeText(createdAt), expiresAt: timeText(expiresAt) };
}
