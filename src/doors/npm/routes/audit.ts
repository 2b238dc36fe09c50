import type { FastifyInstance } from 'fastify';
import { isReadableName, npmAudit } from '../../../formats/npm/index.ts';
import { Fault } from '../../../kernel/index.ts';
import { auditAnswer } from '../audit.ts';
import type { NpmDoorOptions } from '../options.ts';
import { readGzippedJson } from '../request.ts';

/** Of a body, compressed or not: 50,000 packages have less. */
const MAX_BYTES = 4 * 1024 * 1024;
const MOST_NAMES = 20_000;
/** Of one package; those of a lock file are a handful. */
const MOST_VERSIONS = 100;
const LONGEST_VERSION = 256;

/** `npm audit`, and what every `npm install` asks in passing: protocols/npm 6. */
export function auditRoutes(app: FastifyInstance, { reader, advisories, answers }: NpmDoorOptions): void {
  app.post('/-/npm/v1/security/advisories/bulk', async (request, reply) => {
    const principal = await request.principal();
    const installed = installedFrom(await readGzippedJson(request, MAX_BYTES));
    const { scope, names } = await reader.outward(
      request.registry,
      [...installed.keys()],
      principal,
      'format',
    );
    const foreign = new Map(names.map((name) => [name, installed.get(name) ?? []]));
    const [imported, said] = await Promise.all([
      advisories.about('npm', installed),
      answers.audit(scope, npmAudit, foreign),
    ]);
    return reply.header('cache-control', 'no-store').send(await auditAnswer(installed, imported, said));
  });

  for (const path of ['/-/npm/v1/security/audits', '/-/npm/v1/security/audits/quick']) {
    app.post(path, { config: { limit: 'read' } }, () => {
      throw new Fault(
        'gone',
        'This registry answers audits in their newer form only: use npm 7 or later, pnpm 11 or later, Yarn 4 or Bun.',
      );
    });
  }
}

/** Name to versions, less names that no package can have. Faults `bad_request`, `too_large`. */
function installedFrom(body: unknown): Map<string, string[]> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid();
  const entries = Object.entries(body as Record<string, unknown>);
  if (entries.length > MOST_NAMES) {
    throw new Fault('too_large', `An audit may name at most ${MOST_NAMES} packages; send several.`);
  }
  const installed = new Map<string, string[]>();
  for (const [name, versions] of entries) {
    if (!isVersions(versions)) throw invalid();
    if (isReadableName(name) && versions.length > 0) installed.set(name, [...new Set(versions)]);
  }
  return installed;
}

function isVersions(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= MOST_VERSIONS &&
    value.every((version) => typeof version === 'string' && version.length <= LONGEST_VERSION)
  );
}

function invalid(): Fault {
  return new Fault(
    'bad_request',
    `Send an object of package names, each with a list of at most ${MOST_VERSIONS} versions: {"demo": ["1.0.0"]}.`,
  );
}
