import { parse, TomlError } from 'smol-toml';
import { Fault, type ErrorCode } from '../../kernel/light/index.ts';
import type { TomlFields } from './fields.ts';

/** How deep lists and inline tables may lie in each other; manifests need three. */
const DEEPEST = 64;

export interface TomlFile {
  /** What sentences call it. */
  file: string;
  /** Characters that it may have. */
  longest: number;
  /** Of the fault if it is no TOML; else `manifest_invalid`. */
  code?: ErrorCode;
  /** What to do about it, a sentence. */
  remedy?: string;
}

/** Reads a TOML file. Fault with line and column of what is wrong, or `too_large`. */
export function parseTomlFile(
  text: string,
  { file, longest, code = 'manifest_invalid', remedy = 'Mend that place and try again.' }: TomlFile,
): TomlFields {
  if (text.length > longest) {
    throw new Fault(
      'too_large',
      `${file} has more than ${longest} characters, which is the most that is read.`,
    );
  }
  try {
    return parse(text, { maxDepth: DEEPEST, integersAsBigInt: 'asNeeded' });
  } catch (cause) {
    throw new Fault(code, `${file} is not valid TOML${reasonOf(cause)} ${remedy}`, { cause });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof TomlError)) return '.';
  // Its message goes on with a picture of the lines.
  const [said = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
  return `, at line ${error.line}, column ${error.column}: ${said.trim().replace(/\.$/, '')}.`;
}
