import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  metadataOf,
  packProject,
  pathOnlyDependencies,
  type PackedPackage,
} from '../../client/pack/index.ts';
import { findProject } from '../../client/project/index.ts';
import type { RegistryClient } from '../../client/registry/index.ts';
import { printable } from '../../kernel/light/index.ts';
import { command } from './command.ts';
import type { Context } from './context.ts';
import { openRegistry, withToken, writeOptions } from './registry.ts';

/** Packs the package of this folder, sends it, and asks the registry what arrived. */
export const publish = command({
  options: {
    ...writeOptions,
    'dry-run': { about: 'check and pack, and send nothing' },
  },
  run: async (context, _args, given) => {
    const project = await findProject(context.cwd);
    const scratch = await mkdtemp(join(tmpdir(), 'vais-publish-'));
    try {
      const { name, version } = project.manifest;
      context.say(`${context.paint.cyan('Info')} Packaging ${name} v${version}...`);
      const file = join(scratch, 'package.tar.gz');
      const packed = await packProject(project, { to: file, signal: context.signal });
      for (const { name: one, path } of pathOnlyDependencies(packed.manifest)) {
        context.warn(
          `${one} is ${path} here; others get any version of ${one} from the registry. Say which: ${one} = { version = "^1.0.0", path = "${path}" }`,
        );
      }
      if (given['dry-run'] === true) return showDryRun(context, packed);
      const opened = await openRegistry(context, given, project.manifest.registry);
      const { registry } = opened.chosen;
      let announced = false;
      const verified = await withToken(context, opened, async (client) => {
        // It is done again with the one-time code that the registry asked for.
        if (!announced) {
          context.say(`${context.paint.cyan('Info')} Publishing ${name} v${version} to ${registry}...`);
        }
        announced = true;
        await send(context, client, { packed, file });
        return check(context, client, packed);
      });
      context.say(`${context.paint.green('✓')} Published ${name} v${version} to ${registry}`);
      context.document({ ...facts(packed), registry, published: true, verified });
      return 0;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
});

function facts({ manifest: { name, version }, checksum, size, files, unpackedSize }: PackedPackage) {
  return { name, version, checksum, size, files: files.length, unpacked_size: unpackedSize };
}

function showDryRun(context: Context, packed: PackedPackage): number {
  const { name, version, checksum, size } = facts(packed);
  context.print(`${context.paint.cyan('Info')} Dry run - would publish:`);
  context.print(`  Name: ${name}`);
  context.print(`  Version: ${version}`);
  context.print(`  Checksum: ${checksum}`);
  context.print(`  Archive size: ${size} bytes`);
  context.print(`${context.paint.green('✓')} Dry run complete, package is valid`);
  context.document({ ...facts(packed), published: false });
  return 0;
}

async function send(
  { progress }: Context,
  client: RegistryClient,
  { packed, file }: { packed: PackedPackage; file: string },
): Promise<void> {
  const { manifest, checksum, size, fileName } = packed;
  const transfer = progress.start(`${manifest.name} ${manifest.version}`, size);
  let told = 0;
  try {
    await client.publish({
      metadata: metadataOf(manifest, checksum),
      archive: { filename: fileName, size, content: { file } },
      onProgress: (sent) => {
        transfer.advance(sent - told);
        told = sent;
      },
    });
  } finally {
    transfer.end();
  }
}

/**
 * The seed: «Verifies checksum after upload». It is published either way, so a difference is a warning; a registry that does not say is
 * passed over.
 */
async function check(
  { warn, note }: Context,
  client: RegistryClient,
  { manifest: { name, version }, checksum }: PackedPackage,
): Promise<boolean> {
  const told = await client.metadata(name, version).catch((error: unknown) => {
    note(`The checksum was not verified: ${error instanceof Error ? error.message : String(error)}`);
  });
  const theirs = typeof told === 'object' && told !== null && 'checksum' in told ? told.checksum : undefined;
  if (typeof theirs !== 'string') return false;
  if (theirs.toLowerCase() === checksum) return true;
  warn(
    `checksum mismatch for ${name}@${version}: expected ${checksum}, got ${printable(theirs).slice(0, 64)}`,
  );
  return false;
}
