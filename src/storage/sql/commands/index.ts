import type { Session } from '../capabilities.ts';
import { answerOffer, grantAccess, offerPackage } from './access.ts';
import { addCounts, tidyCounts } from './counts/index.ts';
import { announceAdvisories, putAdvisories, removeAdvisories } from './advisories.ts';
import { appendEvents, dropEvents } from './audit.ts';
import { createUser } from './accounts.ts';
import { barKey } from './blobs.ts';
import { addBlock, removeBlock } from './blocks.ts';
import { claimDeliveries, finishDelivery, noteDeliveries, postponeDelivery } from './deliveries.ts';
import { answerInvitation, invite, withdrawInvitation } from './invitations.ts';
import { rememberNetwork } from './known-networks.ts';
import { acquireLease, releaseLease, seal } from './ledger.ts';
import { createOrganisation, removeMember, setMember } from './organisations.ts';
import { addTrust, issueMachineToken, removeTrust, setTrustedOnly } from './machines/index.ts';
import { claimName, releaseName } from './name-claims.ts';
import { deprecate, moveTag, setOwners, setVisibility, star } from './packages.ts';
import { barPreviewKey, expirePreviews, publishPreviews } from './previews/index.ts';
import { changePassword, updateProfile } from './profiles.ts';
import { publish } from './publish.ts';
import { changeRegistry, createRegistry, setRegistryMember } from './registries.ts';
import { setRegistryPolicy } from './registry-policies.ts';
import * as secondFactors from './second-factors/index.ts';
import { createLink, registerInvited, resetPassword, revokeInvitation, verifyEmail } from './secret-links.ts';
import { endSession, retireSecret, startSession } from './sessions.ts';
import { adoptSigningKey } from './signing-keys.ts';
import { linkIdentity, provisionUser, startSignOn, takeSignOn } from './sign-on.ts';
import { approveVersion, rejectVersion, stageVersion } from './staged-versions.ts';
import { createTeam, removeTeam, setTeamMember } from './teams.ts';
import { createToken, recordTokenUses, revokeToken } from './tokens.ts';
import { readStorageUse } from './storage-use.ts';
import { unpublish } from './unpublish.ts';
import * as upstreamCache from './upstream-cache.ts';
import { pruneUpstreamAnswers, putUpstreamAnswers } from './upstream-answers.ts';
import { putUpstreamDocument, touchUpstreamDocument } from './upstream-documents.ts';
import { disableUser, enableUser, removeUser, setRole } from './users.ts';
import { approveWebLogin, redeemWebLogin, startWebLogin } from './web-logins.ts';
import { yank } from './yank.ts';

export { Abandon } from './abandon.ts';

/**
 * Every write there is, by name: a function of a session and one plain value, so that it can run in another thread, beside others in one
 * commit, or again after a deadlock.
 */
export const commands = {
  ...secondFactors,
  ...upstreamCache,
  acquireLease,
  addBlock,
  addCounts,
  addTrust,
  adoptSigningKey,
  answerInvitation,
  announceAdvisories,
  answerOffer,
  approveVersion,
  appendEvents,
  approveWebLogin,
  barKey,
  barPreviewKey,
  changePassword,
  changeRegistry,
  claimDeliveries,
  claimName,
  createLink,
  createOrganisation,
  createRegistry,
  createTeam,
  createToken,
  createUser,
  deprecate,
  disableUser,
  enableUser,
  endSession,
  expirePreviews,
  finishDelivery,
  grantAccess,
  invite,
  dropEvents,
  issueMachineToken,
  linkIdentity,
  moveTag,
  noteDeliveries,
  offerPackage,
  postponeDelivery,
  provisionUser,
  pruneUpstreamAnswers,
  publish,
  publishPreviews,
  putAdvisories,
  putUpstreamAnswers,
  putUpstreamDocument,
  readStorageUse,
  recordTokenUses,
  redeemWebLogin,
  registerInvited,
  rejectVersion,
  releaseLease,
  releaseName,
  rememberNetwork,
  removeAdvisories,
  removeBlock,
  removeMember,
  removeTeam,
  removeUser,
  resetPassword,
  retireSecret,
  revokeInvitation,
  removeTrust,
  revokeToken,
  seal,
  setMember,
  setOwners,
  setRegistryMember,
  setRegistryPolicy,
  setRole,
  setTeamMember,
  setTrustedOnly,
  setVisibility,
  stageVersion,
  star,
  startSession,
  startSignOn,
  startWebLogin,
  takeSignOn,
  tidyCounts,
  touchUpstreamDocument,
  unpublish,
  updateProfile,
  verifyEmail,
  withdrawInvitation,
  yank,
} satisfies Record<string, (session: Session, input: never) => Promise<unknown>>;

export type CommandName = keyof typeof commands;
export type CommandInput<N extends CommandName> = Parameters<(typeof commands)[N]>[1];
export type CommandOutput<N extends CommandName> = Awaited<ReturnType<(typeof commands)[N]>>;

/** Runs commands, each atomically and durably: when the promise resolves, the change survives a power cut. */
export interface Writer {
  run<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>>;
  close(): Promise<void>;
}
