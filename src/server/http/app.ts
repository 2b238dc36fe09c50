import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify';
import type { Accounts, Machines, Principal, SecondFactors } from '../../accounts/index.ts';
import type { Door } from '../../doors/index.ts';
import { Fault, isFault } from '../../kernel/index.ts';
import type { RequestLimits } from '../../policy/index.ts';
import type { RegistryRow, Rights } from '../../registry/index.ts';
import { isOwnVia } from '../../upstream/index.ts';
import { auditRequests, type AuditOptions } from './audit.ts';
import { baseUrl, trustConnection } from './base-url.ts';
import type { ClientAddress } from './client-address.ts';
import { decide, rawTarget, targetOf, wasDecided, winnerOf, type HasPackage } from './contest.ts';
import type { Doors } from './doors.ts';
import { drainOnClose } from './drain.ts';
import { ExpressLane } from './express-lane.ts';
import { enterRegistry, isGuarded, nothingAt, type KnownPlaces } from './hidden-registries.ts';
import { limitDoor, limitPrincipal, limitRequests } from './limits.ts';
import { logRequests, requestLog } from './log.ts';
import { DOOR_PREFIX, destinationOf, routePath } from './paths.ts';
import { principalOf } from './principal.ts';
import { sendProblem } from './problem.ts';
import type { RegistryTable } from './registries.ts';
import { routeAgain } from './route-again.ts';
import { demandSecondFactor } from './second-factor.ts';
import { drainUnreadBodies } from './unread-bodies.ts';

export interface AppOptions {
  accounts: Accounts;
  secondFactors: SecondFactors;
  machines: Machines;
  doors: Doors;
  registries: RegistryTable;
  rights: Rights;
  has: HasPackage;
  publicUrl: string | undefined;
  /** Identity of the store, by which we know requests of our own. */
  storeId: string;
  /** See `SqlStore.changes`. */
  changes: (() => number) | undefined;
  clientAddress: ClientAddress;
  /** True for the addresses of proxies that are believed how their clients reached them. */
  isProxy: (address: string) => boolean;
  /** Undefined: nothing is counted. */
  limits: RequestLimits | undefined;
  /** Left out: nothing is recorded. */
  audit?: AuditOptions | undefined;
  logger: FastifyBaseLogger;
}

/** The longest name that a path may hold: 214 characters for npm, each percent-encoded in the worst case. */
const LONGEST_PARAMETER = 1024;
/** A client may take this long to send a request; slow up-links publish large packages. Milliseconds. */
const SLOWEST_REQUEST = 900_000;
/** A connection may lie idle for this long: more than balancers keep theirs, so that they close first. Milliseconds. */
const LONGEST_IDLE = 72_000;

/** Routes of the edge and of doors read bodies by themselves; those of the API, a server within, have schemas, whose library takes its time to load. */
const noSchemas = { buildValidator: refuseSchema, buildSerializer: refuseSchema };

function refuseSchema(): never {
  throw new Error('Only routes of the API have schemas.');
}

/**
 * The edge: finds registry and door for a path, says who asks and under which base URL, and shapes what no door answers.
 */
export function createApp({
  accounts,
  secondFactors,
  machines,
  doors,
  registries,
  rights,
  has,
  publicUrl,
  storeId,
  changes,
  clientAddress,
  isProxy,
  limits,
  audit,
  logger,
}: AppOptions): FastifyInstance {
  const log = requestLog(logger);
  const places = { registries, rights, doors };
  let lastId = 0;
  const nextId = () => `req-${(++lastId).toString(36)}`;
  const lane = new ExpressLane({
    limits,
    changes,
    clientAddress,
    log,
    nextId,
    keepAliveTimeout: LONGEST_IDLE,
  });
  const app = Fastify({
    loggerInstance: logger,
    genReqId: nextId,
    // The lines of a request name it themselves: a logger for each would cost more than its line.
    childLoggerFactory: (own) => own,
    logController: new LogController({ disableRequestLogging: true }),
    serverFactory: (slowLane) => {
      const server = createServer({ requestTimeout: SLOWEST_REQUEST, keepAliveTimeout: LONGEST_IDLE });
      server.on('connection', (socket: Socket) => {
        if (isProxy(socket.remoteAddress ?? '')) trustConnection(socket);
      });
      lane.serve(server, slowLane);
      return server;
    },
    forceCloseConnections: 'idle',
    // A request that still comes over an open connection is in flight too.
    return503OnClosing: false,
    exposeHeadRoutes: true,
    schemaController: { compilersFactory: noSchemas },
    routerOptions: { maxParamLength: LONGEST_PARAMETER, ignoreTrailingSlash: true },
    rewriteUrl: (request) => routePath(rawTarget(request), registries, doors),
    frameworkErrors: (error, request, reply) => {
      void sendProblem(unreadablePath(error), request, reply);
    },
  });
  logRequests(app, log, logger);
  if (audit) auditRequests(app, audit);
  // What the lane repeats passes by the audit.
  if (!audit?.reads) lane.learnFrom(app);
  drainOnClose(app);
  drainUnreadBodies(app);
  app.setErrorHandler((error, request, reply) => {
    if (!isFault(error, 'registry_not_found')) return sendProblem(error, request, reply);
    const { known } = destinationOf(targetOf(request), registries, doors);
    // A door has just learnt what our table does not know yet.
    if (known !== undefined && !isGuarded(known)) void registries.refresh().catch(() => undefined);
    return sendProblem(nothingAt(request), request, reply);
  });
  limitRequests(app, limits);
  // A hook, for it runs before the body is read: that belongs to the door which the path may turn out to have.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    nowRouted(request, places).then((routed) => {
      if (!routed) return done(nothingAt(request));
      routeAgain(app, request, reply);
    }, done);
  });

  // Placeholders so that every request object has the same shape; the hook of the door's scope fills them in.
  app.decorateRequest('handedOn', false);
  app.decorateRequest('registry');
  app.decorateRequest('door');
  app.decorateRequest('repeatable');
  app.decorateRequest('changes');
  app.decorateRequest('base', '');
  app.decorateRequest('clientAddress', {
    getter(this: FastifyRequest) {
      return clientAddress(this.raw);
    },
  });
  app.decorateRequest('asked');
  app.decorateRequest('place');
  app.decorateRequest(
    'principal',
    function principal(this: FastifyRequest, options?: { enrolling: boolean }): Promise<Principal> {
      const asked = (this.asked ??= principalOf(this, accounts, machines));
      // Nobody is counted by address alone, and has the most requests: no promise more than need be.
      if (this.headers.authorization === undefined && this.headers.cookie === undefined) return asked;
      return asked
        .then((asker) => (limits === undefined ? asker : limitPrincipal(this, asker, limits)))
        .then((asker) => demandSecondFactor(secondFactors, asker, options?.enrolling === true));
    },
  );

  for (const { rootRoutes } of doors.all) {
    if (rootRoutes === undefined) continue;
    void app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
      scope.addHook('onRequest', (request, _reply, done) => {
        request.base = baseUrl(request.raw, publicUrl);
        done();
      });
      await scope.register(rootRoutes);
    });
  }
  const edge = { publicUrl, storeId, places };
  for (const door of doors.all) {
    void app.register(
      async (scope) => {
        // Doors read bodies as streams, with limits of their own.
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
        scope.addHook('onRequest', (request, _reply, done) => {
          const { registry: name } = request.params as { registry: string };
          const known = registries.get(name);
          if (known === undefined || !isGuarded(known)) {
            // Before anything is read of who asks. Answers of a guarded registry are not repeated.
            if (request.headers.authorization !== undefined) request.changes = changes?.();
            return done(enter(request, door, known, edge));
          }
          enterRegistry(request, places).then((seen) => done(enter(request, door, seen, edge)), done);
        });
        if (door.atRoot) sendOn(app, scope, door, { ...places, has });
        limitDoor(scope, door, limits);
        await scope.register(door.routes);
      },
      { prefix: `${DOOR_PREFIX}${door.name}/:registry` },
    );
  }
  return app;
}

/** Sets what doors ask a request for; answers why it may not come in. */
function enter(
  request: FastifyRequest,
  door: Door,
  registry: RegistryRow | undefined,
  { publicUrl, storeId, places }: Pick<AppOptions, 'publicUrl' | 'storeId'> & { places: KnownPlaces },
): Fault | undefined {
  if (registry === undefined) return new Fault('registry_not_found', 'There is no such registry.');
  // No name of anything holds one, and PostgreSQL cannot even be asked for it.
  if (request.originalUrl.includes('%00')) {
    return new Fault('bad_request', 'The path holds a NUL character (%00); leave it out.');
  }
  // We asked ourselves: as an upstream we have nothing that is not stored here already.
  if (isOwnVia(request.headers.via, storeId)) return new Fault('not_found', 'Not found');
  request.registry = registry;
  request.door = door;
  const prefix =
    door.onto || door.atRoot
      ? destinationOf(targetOf(request), places.registries, places.doors).prefix
      : `/${registry.name}`;
  request.base = `${baseUrl(request.raw, publicUrl)}${prefix}`;
  return undefined;
}

/** Sends requests for paths at the root that another door gets on to that one. */
function sendOn(
  app: FastifyInstance,
  scope: FastifyInstance,
  door: Door,
  { registries, doors, has }: KnownPlaces & { has: HasPackage },
): void {
  scope.addHook('onRequest', (request, reply, done) => {
    const { contenders } = destinationOf(targetOf(request), registries, doors);
    if (contenders.length < 2 || wasDecided(request)) return done();
    winnerOf(contenders, request, { registries, has }).then((winner) => {
      if (winner === undefined || winner === door) return done();
      decide(request, winner);
      routeAgain(app, request, reply);
    }, done);
  });
}

/** The router's complaint without the path inside of the router that it cites. */
function unreadablePath(error: FastifyError): unknown {
  if (error.code !== 'FST_ERR_BAD_URL') return error;
  return new Fault(
    'bad_request',
    'The path cannot be decoded; percent-encode it as UTF-8 (RFC 3986 section 2.1).',
    { cause: error },
  );
}

/** True if reading the registry table anew gives this path a door that it did not have, and the client may see the registry. */
async function nowRouted(request: FastifyRequest, places: KnownPlaces): Promise<boolean> {
  const { registries, doors } = places;
  const isRouted = () => routePath(targetOf(request), registries, doors).startsWith(DOOR_PREFIX);
  const before = isRouted();
  const registry = await enterRegistry(request, places);
  return !before && registry !== undefined && isRouted();
}
