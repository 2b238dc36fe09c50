import { Fault } from '../kernel/index.ts';
import type { UpstreamClient } from './client.ts';

/** The Fault for a status that is neither success nor "not here". */
export function refusal(client: UpstreamClient, status: number, what: string): Fault {
  const host = client.base.host;
  return status === 401 || status === 403
    ? new Fault(
        'upstream_failed',
        `The upstream registry ${host} refuses us ${what} (status ${status}): the operator should check the credentials for it.`,
      )
    : new Fault(
        'upstream_failed',
        `The upstream registry ${host} answered status ${status} when asked for ${what}.`,
      );
}
