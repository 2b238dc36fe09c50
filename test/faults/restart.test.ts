import { describe, expect, test } from 'vitest';
import { freshDatabase, hasPostgres } from '../setup/postgres.ts';
import { publish, register } from '../setup/publish.ts';
import { downloadedIntegrity, readPackument } from '../setup/read.ts';
import { kontor, startKontor, type StartOptions } from '../setup/server.ts';

const WRITERS = 50;
/** What a client that comes too late meets: nobody listens, or its connection is closed before it was heard. */
const REFUSED = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

interface Outcome {
  /** Answers other than 201, and errors other than a refused connection. */
  surprises: string[];
  exitCode: number | null;
  /** Lines of the server's log that are errors. */
  errors: string[];
  verified: unknown;
  /** Versions found after the restart. */
  found: Map<string, string>;
  acknowledged: Map<string, string>;
}

/** Writers publish until the server refuses them; SIGTERM comes when 150 versions are acknowledged. */
async function stopUnderLoad(options: StartOptions): Promise<Outcome> {
  const server = await startKontor(options);
  const token = await register(server, 'writer');
  const acknowledged = new Map<string, string>();
  const surprises: string[] = [];
  const inTheMiddle = Promise.withResolvers<void>();
  const write = async (writer: number): Promise<void> => {
    // Ten packages, so that writers also meet in one. Bounded, in case that the server never ends.
    for (let round = 0; round < 200; round += 1) {
      const name = `writers-${writer % 10}`;
      const version = `${writer}.0.${round}`;
      try {
        const { status, text, integrity } = await publish(server, token, name, version);
        if (status === 201) acknowledged.set(`${name}@${version}`, integrity);
        else surprises.push(`${status} ${text}`);
      } catch (error) {
        const code = errorCode(error);
        if (!REFUSED.has(code)) surprises.push(code);
        return;
      }
      if (acknowledged.size >= 150) inTheMiddle.resolve();
    }
    surprises.push('The server never refused a writer.');
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  await Promise.race([inTheMiddle.promise, writers]);
  expect(acknowledged.size).toBeGreaterThanOrEqual(150);
  const exitCode = await server.stop();
  await writers;

  const env = { ...options.env, KONTOR_DATA: server.data };
  const { stdout } = await kontor(['verify', '--json'], { env });

  const again = await startKontor({ ...options, data: server.data });
  const found = new Map<string, string>();
  for (let index = 0; index < 10; index += 1) {
    const name = `writers-${index}`;
    for (const { version, dist } of Object.values((await readPackument(again, name))?.versions ?? {})) {
      found.set(`${name}@${version}`, await downloadedIntegrity(dist.tarball));
    }
  }
  await again.stop();
  const errors = server
    .logs()
    .split('\n')
    .filter((line) => /database is locked|"level":[56]0/.test(line));
  return { surprises, exitCode, errors, verified: JSON.parse(stdout), found, acknowledged };
}

function errorCode(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}

/** What an outcome must be. */
function healed({ acknowledged }: Outcome): Outcome {
  return {
    surprises: [],
    exitCode: 0,
    errors: [],
    verified: expect.objectContaining({ clean: true, problems: [], orphans: 0, unsealed: 0 }) as unknown,
    // Everybody got an answer, so nothing is there that was not acknowledged.
    found: acknowledged,
    acknowledged,
  };
}

test('[V-58] SIGTERM under 50 writers: each request is answered or refused, and all that was acknowledged is there after a restart', async () => {
  const outcome = await stopUnderLoad({});
  expect(outcome).toEqual(healed(outcome));
});

describe.skipIf(!hasPostgres())('on PostgreSQL', () => {
  test('[V-58] SIGTERM under 50 writers: each request is answered or refused, and all that was acknowledged is there after a restart', async () => {
    const database = await freshDatabase();
    const outcome = await stopUnderLoad({ env: { KONTOR_DATABASE: database.url } });
    expect(outcome).toEqual(healed(outcome));
    await database.drop();
  });
});
