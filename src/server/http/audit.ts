import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, nobodyAt } from '../../accounts/index.ts';
import { faultOf } from '../../doors/index.ts';
import type { Fault } from '../../kernel/index.ts';
import type { Actor, AuditRecorder, Observed } from '../../ledger/index.ts';
import { DOOR_PREFIX } from './paths.ts';
import { SAFE } from './safe-methods.ts';

export interface AuditOptions {
  recorder: AuditRecorder;
  refusals: boolean;
  /** Every read that was answered, too. */
  reads: boolean;
}

/** What a client may not do, whatever it asked for. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 429]);
/** Operators and balancers ask these every few seconds. */
const OPERATIONS: ReadonlySet<string> = new Set(['/health', '/health/*', '/ready', '/metrics']);
const LONGEST_REASON = 300;
/** What somebody hears who does not know, or does not have, what opens the account. */
const LOGIN_FAULTS: ReadonlySet<string> = new Set(['password_wrong', 'second_factor_wrong']);

/** Tells the recorder what was refused, and what was read, once the answer has gone out. */
export function auditRequests(app: FastifyInstance, { recorder, refusals, reads }: AuditOptions): void {
  app.addHook('onResponse', (request, reply, done) => {
    done();
    if (request.handedOn) return;
    const { statusCode } = reply.raw;
    if (statusCode < 400) {
      if (reads && isRead(request)) void observe(request, reply).then((what) => recorder.read(what));
    } else if (refusals && isRefusal(request, statusCode)) {
      void observe(request, reply).then((what) => recorder.refused(what));
    }
  });
}

function isRead(request: FastifyRequest): boolean {
  return request.method === 'GET' && !request.is404 && !OPERATIONS.has(request.routeOptions.url ?? '');
}

/** A change that was told no is a refusal, whatever the reason; a path that leads nowhere, or our own trouble, is none. */
function isRefusal(request: FastifyRequest, status: number): boolean {
  if (request.is404 || status >= 500) return false;
  if (REFUSED.has(status)) return true;
  const leadsNowhere = faultOf(request)?.code === 'not_found' && routeOf(request).endsWith('*');
  return !SAFE.has(request.method) && !leadsNowhere;
}

async function observe(request: FastifyRequest, reply: FastifyReply): Promise<Observed> {
  const { statusCode: status } = reply.raw;
  const fault = faultOf(request);
  const { method, place } = request;
  const params = (request.params ?? {}) as Record<string, string | undefined>;
  return {
    type: typeOf(request, fault),
    actor: await actorBehind(request),
    registry: place?.registry ?? (request.registry as typeof request.registry | undefined)?.name ?? null,
    package: text(place?.package ?? params['name']),
    version: text(place?.version ?? params['version']),
    detail: {
      method,
      route: routeOf(request),
      status,
      ...(params['file'] !== undefined && { file: text(params['file']) }),
      ...(fault && { code: fault.code, reason: fault.message.slice(0, LONGEST_REASON) }),
      ...(fault?.subject !== undefined && { user: fault.subject }),
    },
  };
}

/** Never the path itself: some clients put secrets there. */
function routeOf({ place, routeOptions }: FastifyRequest): string {
  return place?.route ?? (routeOptions.url ?? '').replace(doorRoute, '');
}

const doorRoute = new RegExp(`^${DOOR_PREFIX}[^/]+/:registry`);

function typeOf({ method, routeOptions }: FastifyRequest, fault: Fault | undefined): string {
  if (fault !== undefined && LOGIN_FAULTS.has(fault.code)) return 'user.login';
  return routeOptions.config.audit ?? (SAFE.has(method) ? 'request.read' : 'request.write');
}

/** Whoever the request has turned out to come from. What it only claimed is not believed. */
async function actorBehind(request: FastifyRequest): Promise<Actor> {
  const principal = await request.asked?.catch(() => undefined);
  return actorOf(principal ?? nobodyAt(request.clientAddress));
}

/** Fit to be kept: PostgreSQL takes no NUL, and nobody needs more than the longest name. */
function text(value: string | undefined): string | null {
  return value === undefined ? null : value.replaceAll('\0', '').slice(0, 214);
}
