import { expect } from 'vitest';
import { digestsOf, packageTarball, publish, register, type Target } from '../setup/publish.ts';
import type { Random } from '../setup/random.ts';
import { downloadedIntegrity, readPackument } from '../setup/read.ts';
import { startKontor, type RunningKontor, type StartOptions } from '../setup/server.ts';

const PACKAGES = ['plain', 'busy', '@acme/scoped', '@acme/wide', 'q'] as const;
const WRITERS = 6;

/** What the writers know, by `name@version`. */
export interface Claims {
  /** Integrity of everything that was ever sent. */
  sent: Map<string, string>;
  acknowledged: Set<string>;
  /** Downloaded since the last look at everything. */
  seen: Set<string>;
}

/**
 * Publishes from several writers at once and kills the server at a random moment, `kills` times. After every restart
 * all that was ever acknowledged is there, and whatever is visible is whole.
 */
export async function crashLoop(options: StartOptions, kills: number, random: Random): Promise<Claims> {
  const claims: Claims = { sent: new Map(), acknowledged: new Set(), seen: new Set() };
  let token = '';
  for (let kill = 0; kill < kills; kill += 1) {
    const server = await startKontor(options);
    if (token === '') token = await register(server, 'writer');
    await expectWhole(server, claims);
    expect(await publishUntilKilled(server, token, claims, random)).toEqual([]);
  }
  return claims;
}

/** Reads all packuments, and the tarballs that were not read before. */
export async function expectWhole(server: Target, claims: Claims): Promise<void> {
  const visible = new Set<string>();
  for (const name of PACKAGES) {
    const packument = await readPackument(server, name);
    if (packument === undefined) continue;
    expect(packument.versions).toHaveProperty([packument['dist-tags']['latest'] ?? 'no latest']);
    for (const { version, dist } of Object.values(packument.versions)) {
      const claim = `${name}@${version}`;
      visible.add(claim);
      const sent = { claim, integrity: claims.sent.get(claim) };
      expect({ claim, integrity: dist.integrity }).toEqual(sent);
      if (claims.seen.has(claim)) continue;
      expect({ claim, integrity: await downloadedIntegrity(dist.tarball) }).toEqual(sent);
      claims.seen.add(claim);
    }
  }
  expect([...claims.acknowledged].filter((claim) => !visible.has(claim))).toEqual([]);
}

/** Resolves to the answers that were no 201: there must be none. */
async function publishUntilKilled(
  server: RunningKontor,
  token: string,
  claims: Claims,
  random: Random,
): Promise<string[]> {
  const refusals: string[] = [];
  const gone = new AbortController();
  // Some answers and then a moment, rather than a moment alone: a slow machine must not be killed before its first.
  let awaited = random.between(0, 4);
  const answered = Promise.withResolvers<void>();
  if (awaited === 0) answered.resolve();
  const write = async (): Promise<void> => {
    while (!gone.signal.aborted) {
      const name = random.pick(PACKAGES);
      const version = `1.0.${claims.sent.size}`;
      const claim = `${name}@${version}`;
      claims.sent.set(claim, '');
      const data = random.bytes(random.pick([4, 4_000, 400_000]));
      const tarball = await packageTarball(name, version, { 'package/data': data });
      claims.sent.set(claim, digestsOf(tarball).integrity);
      try {
        const { status, text } = await publish(server, token, name, version, { tarball });
        if (status === 201) claims.acknowledged.add(claim);
        else refusals.push(`${claim}: ${status} ${text}`);
        if ((awaited -= 1) === 0) answered.resolve();
      } catch (error) {
        if (!gone.signal.aborted) throw error;
      }
    }
  };
  const writers = Promise.all(Array.from({ length: WRITERS }, write));
  await Promise.race([answered.promise, writers]);
  await new Promise((resolve) => setTimeout(resolve, random.between(0, 250)));
  gone.abort();
  await server.kill9();
  await writers;
  return refusals;
}
