import type { FastifyBaseLogger } from 'fastify';
import type { SecondFactors } from '../../accounts/index.ts';
import type { AuditStore } from '../../ledger/index.ts';
import type { RequestLimits } from '../../policy/index.ts';
import type {
  Advisories,
  Analytics,
  BlockKeeper,
  ClaimKeeper,
  PolicyKeeper,
  Explainer,
  Publisher,
  Registries,
  Sharing,
  TrustKeeper,
  Why,
} from '../../registry/index.ts';
import type { Identity } from '../identity.ts';
import type { Kontor } from '../kontor.ts';

/** What the API's routes work with. */
export interface ApiParts extends Identity {
  /** Of this release. */
  version: string;
  logger: FastifyBaseLogger;
  registries: Registries;
  claimKeeper: ClaimKeeper;
  explainer: Explainer;
  sharing: Sharing;
  publisher: Publisher;
  blocks: BlockKeeper;
  why: Why;
  advisories: Advisories;
  analytics: Analytics;
  trust: TrustKeeper;
  policyKeeper: PolicyKeeper;
  createRegistry: Kontor['createRegistry'];
  storageUse: Kontor['storageUse'];
  secondFactors: SecondFactors;
  /** Under which clients reach us; undefined: as their request says. */
  publicUrl: string | undefined;
  audit: AuditStore;
  /** Undefined: nothing is counted. */
  limits: RequestLimits | undefined;
}
