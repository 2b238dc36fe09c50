import { join, relative, resolve } from 'node:path';
import { archiveName, packInto } from '../../client/pack/index.ts';
import { findProject } from '../../client/project/index.ts';
import { command } from './command.ts';

/** Writes the archive that publish sends, beside the manifest or where it is wanted. */
export const pack = command({
  options: {
    output: {
      value: 'FILE',
      short: 'o',
      about: 'write it there, instead of NAME-VERSION.tar.gz beside vais.toml',
    },
  },
  run: async (context, _args, given) => {
    const project = await findProject(context.cwd);
    const file =
      given.output === undefined
        ? join(project.folder, archiveName(project.manifest))
        : resolve(context.cwd, given.output);
    const packed = await packInto(project, file, context.signal);
    const { manifest, files, size, checksum, unpackedSize } = packed;
    for (const { path } of files) context.print(`  ${path}`);
    context.print(
      `${context.paint.green('✓')} Packed ${manifest.name} v${manifest.version} into ${relative(context.cwd, file)}`,
    );
    context.print(`  ${files.length} files, ${size} bytes, SHA-256 ${checksum}`);
    context.document({
      name: manifest.name,
      version: manifest.version,
      file,
      size,
      checksum,
      unpacked_size: unpackedSize,
      files: files.map(({ path, size: bytes }) => ({ path, size: bytes })),
    });
    return 0;
  },
});
