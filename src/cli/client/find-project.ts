import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The first folder with a `vais.toml`, from this one upwards. */
export function findProject(folder: string): string | undefined {
  if (existsSync(join(folder, 'vais.toml'))) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : findProject(above);
}
