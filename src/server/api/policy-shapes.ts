import { Type } from 'typebox';

const Duration = Type.String({ description: 'A number and a unit (ms, s, m, h, d), such as `5m`.' });
const url = Type.String({ description: 'An http(s) address, or `npm`: as npm on the server is configured.' });
const names = Type.Array(Type.String(), {
  description: 'Names that it alone is asked for: a name, or with a `*` at the end. Empty: any.',
});
const allowHosts = Type.Array(Type.String(), {
  description: 'Where its redirects and tarball URLs may lead: `host`, `host:port`, `*.domain`.',
});
const phases = ['connect', 'headers', 'idle', 'document', 'artifact'] as const;
const timeouts = Object.fromEntries(phases.map((phase) => [phase, Type.Optional(Duration)]));

/** All that holds for an upstream, without its secret. */
export const Upstream = Type.Object({
  name: Type.String(),
  url,
  names: Type.Optional(names),
  credentials: Type.Boolean({ description: 'Were credentials set for it? They are never shown.' }),
  allowHosts: Type.Optional(allowHosts),
  allowPrivate: Type.Optional(Type.Boolean()),
  timeouts: Type.Optional(Type.Object(timeouts)),
  freshness: Type.Optional(Duration),
  missingFreshness: Type.Optional(Duration),
  patience: Type.Optional(Duration),
});

/** What is set for an upstream; what is not there is as by default. */
export const UpstreamChange = Type.Object({
  name: Type.Optional(Type.String({ description: 'By default the host.' })),
  url,
  names: Type.Optional(names),
  token: Type.Optional(Type.String()),
  username: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  authorization: Type.Optional(Type.String({ description: 'The whole header, instead of the three above.' })),
  credentials: Type.Optional(Type.Boolean({ description: 'false: forget those that it had.' })),
  allowHosts: Type.Optional(allowHosts),
  allowPrivate: Type.Optional(Type.Boolean()),
  timeouts: Type.Optional(Type.Object(timeouts)),
  freshness: Type.Optional(Duration),
  missingFreshness: Type.Optional(Duration),
  patience: Type.Optional(Duration),
});
