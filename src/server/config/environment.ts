import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { errnoOf } from '../../kernel/index.ts';
import { isInjected } from './aliases.ts';

/** A value as it was written, and where, in words that an operator can follow. */
export interface Given {
  raw: string;
  /** `KONTOR_PORT`, `PORT in .env`, `port in kontor.yaml`. */
  origin: string;
}

/** Variables by name; an empty value stands for unset, and hides one in `.env`. */
export type Environment = ReadonlyMap<string, Given>;

/** The variables of the process over those of `.env` in `cwd`, without what Kubernetes injects. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
  problems: string[],
): Environment {
  const variables = new Map<string, Given>();
  for (const [name, raw = ''] of Object.entries(parseEnv(readDotEnv(cwd, problems)))) {
    variables.set(name, { raw, origin: `${name} in .env` });
  }
  for (const [name, raw] of Object.entries(env)) {
    if (raw !== undefined) variables.set(name, { raw, origin: name });
  }
  for (const [name, { raw }] of variables) {
    if (isInjected(name, raw)) variables.delete(name);
  }
  return variables;
}

function readDotEnv(cwd: string, problems: string[]): string {
  try {
    return readFileSync(join(cwd, '.env'), 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = errnoOf(error);
    if (code !== 'ENOENT')
      problems.push(`.env cannot be read (${code}): make it a readable file, or remove it.`);
    return '';
  }
}

/** The variable, unless it is unset or empty. */
export function given(environment: Environment, name: string): Given | undefined {
  const found = environment.get(name);
  return found === undefined || found.raw === '' ? undefined : found;
}
