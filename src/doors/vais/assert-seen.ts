import type { FastifyRequest } from 'fastify';
import { readerId } from '../../policy/index.ts';
import { hiddenRegistry } from '../../registry/index.ts';
import type { VaisDoorOptions } from './options.ts';

/** Faults of `hiddenRegistry` for whoever may not see the registry at all: to them no list of it is empty. */
export async function assertSeen(
  { revisions }: Pick<VaisDoorOptions, 'revisions'>,
  request: FastifyRequest,
): Promise<void> {
  const { registry } = request;
  const principal = await request.principal();
  const state = await revisions.state(registry.id);
  if (state?.visibility === 'public') return;
  const visible = await revisions.restricted(registry.id, readerId(principal, registry.name));
  if (visible === undefined) throw hiddenRegistry(registry, principal);
}
