import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export type Variables = Readonly<Record<string, string | undefined>>;

/** The folder of all that the client keeps: VAIS_HOME, else `.vais` in the user's own. */
export function vaisHome(env: Variables): string {
  const said = env['VAIS_HOME'];
  if (said) return resolve(said);
  return join(env['HOME'] || homedir(), '.vais');
}
