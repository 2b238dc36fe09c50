import type { FastifyBaseLogger } from 'fastify';
import type { Accounts } from '../../accounts/index.ts';
import type { RequestLimits } from '../../policy/index.ts';
import type { Catalogue } from '../../registry/index.ts';

/** What the API's routes work with. */
export interface ApiParts {
  /** Of this release. */
  version: string;
  logger: FastifyBaseLogger;
  accounts: Accounts;
  catalogue: Catalogue;
  /** Undefined: nothing is counted. */
  limits: RequestLimits | undefined;
}
