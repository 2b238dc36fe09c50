import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  LogController,
  type FastifyInstance,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify';
import type { Place } from '../../doors/index.ts';
import { Fault } from '../../kernel/index.ts';
import { limitRoute } from '../http/limits.ts';
import { sendProblem } from '../http/problem.ts';
import { SAFE } from '../http/safe-methods.ts';
import { assertAccess } from './access.ts';
import { advisoryRoutes } from './advisories.ts';
import { auditRoutes } from './audit.ts';
import { blockRoutes } from './blocks.ts';
import { claimRoutes } from './claims.ts';
import { compileSerializer, compileValidator } from './compilers.ts';
import { downloadRoutes } from './downloads.ts';
import { explainRoutes } from './explain.ts';
import { invitationRoutes } from './invitations.ts';
import type { EdgeRequests } from './index.ts';
import { meRoutes } from './me.ts';
import { describeApi } from './openapi.ts';
import type { ApiParts } from './parts.ts';
import { policyRoutes } from './policies.ts';
import { recoveryRoutes } from './recovery.ts';
import { organisationInvitationRoutes } from './organisation-invitations.ts';
import { organisationRoutes } from './organisations.ts';
import { packageAccessRoutes } from './package-access.ts';
import { registryRoutes } from './registries.ts';
import { Problem } from './schemas.ts';
import type { ApiScope } from './scope.ts';
import { secondFactorRoutes } from './second-factors.ts';
import { sessionRoutes } from './sessions.ts';
import { storageRoutes } from './storage.ts';
import { tokenRoutes } from './tokens.ts';
import { teamRoutes } from './teams.ts';
import { trustedPublisherRoutes } from './trusted-publishers.ts';
import { userRoutes } from './users.ts';
import { whyRoutes } from './why.ts';

const PREFIX = '/-/api/v1';
/** The largest body, bytes: nothing here takes files. */
const LARGEST_BODY = 256 * 1024;

const topics = [
  advisoryRoutes,
  auditRoutes,
  blockRoutes,
  claimRoutes,
  downloadRoutes,
  explainRoutes,
  invitationRoutes,
  meRoutes,
  organisationInvitationRoutes,
  organisationRoutes,
  packageAccessRoutes,
  policyRoutes,
  recoveryRoutes,
  registryRoutes,
  secondFactorRoutes,
  sessionRoutes,
  storageRoutes,
  tokenRoutes,
  teamRoutes,
  trustedPublisherRoutes,
  userRoutes,
  whyRoutes,
];

/** A server that is never listened at: the edge hands requests to its `routing`. */
export async function createApi(parts: ApiParts, requests: EdgeRequests): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: parts.logger,
    // The edge logs the request.
    childLoggerFactory: (own) => own,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (raw) => requests.get(raw)?.id ?? '',
    bodyLimit: LARGEST_BODY,
    return503OnClosing: false,
  });
  app.decorateRequest('asker');
  const atEdge = (request: FastifyRequest) => {
    const known = requests.get(request.raw);
    if (known === undefined) throw new Error('a request came past the edge');
    return known;
  };
  app.decorateRequest(
    'principal',
    function principal(this: FastifyRequest, options?: { enrolling: boolean }) {
      return atEdge(this).principal(options);
    },
  );
  app.decorateRequest('clientAddress', {
    getter(this: FastifyRequest) {
      return atEdge(this).clientAddress;
    },
  });
  app.setErrorHandler(sendProblem);
  await app.register(apiRoutes(parts, requests), { prefix: PREFIX });
  let description: Promise<string> | undefined;
  app.get('/-/api/openapi.json', async (_request, reply) => {
    description ??= describeApi(apiRoutes(parts, requests), { prefix: PREFIX, version: parts.version });
    return reply
      .type('application/json')
      .header('cache-control', 'no-cache')
      .send(await description);
  });
  app.setNotFoundHandler((request) => {
    throw new Fault('not_found', `The API has no ${request.method} ${request.url.slice(0, 200)}.`);
  });
  await app.ready();
  return app;
}

function apiRoutes(parts: ApiParts, requests: EdgeRequests): (app: FastifyInstance) => Promise<void> {
  return async (app) => {
    const scope: ApiScope = app.withTypeProvider<TypeBoxTypeProvider>();
    scope.setValidatorCompiler(compileValidator);
    scope.setSerializerCompiler(compileSerializer);
    scope.addHook('onRoute', demandRule);
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const edge = requests.get(request.raw);
      if (edge) edge.place = placeOf(request);
      await limitRoute(request, parts.limits);
      const { access, limitedTokens, ownFactor, enrolling = false } = request.routeOptions.config;
      if (access === undefined || access === 'anyone') return;
      const principal = await request.principal({ enrolling });
      const asker = assertAccess({ access, limitedTokens }, principal, request.method);
      request.asker = asker;
      if (SAFE.has(request.method) || ownFactor === true || enrolling) return;
      const code = request.headers['npm-otp'];
      await parts.secondFactors.assertMayWrite(asker, typeof code === 'string' ? code : undefined);
    });
    for (const addRoutes of topics) addRoutes(scope, parts);
  };
}

/** What the edge cannot see of the path. */
function placeOf({ params, routeOptions }: FastifyRequest): Place {
  const { registry, name } = (params ?? {}) as { registry?: string; name?: string };
  return { route: routeOptions.url, registry, ...(registry !== undefined && { package: name }) };
}

/** A route that nobody thought about who may use it is a mistake that must not start. */
function demandRule(route: RouteOptions): void {
  if (route.config?.access === undefined) throw new Error(`${route.url} does not say who may use it`);
  route.schema = {
    ...route.schema,
    response: { ...(route.schema?.response as object | undefined), default: Problem },
  };
}
