import { parse, TomlError } from 'smol-toml';
import { Fault } from '../../kernel/index.ts';
import type { TomlFields } from './fields.ts';

/** How deep lists and inline tables may lie in each other; manifests need three. */
const DEEPEST = 64;

/**
 * Reads a TOML file. Fault `manifest_invalid` with line and column of what is wrong, or `too_large`.
 *
 * @param file what sentences call it
 * @param longest characters that it may have
 */
export function parseTomlFile(
  text: string,
  { file, longest }: { file: string; longest: number },
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
    throw new Fault('manifest_invalid', `${file} is not valid TOML${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof TomlError)) return '.';
  // Its message goes on with a picture of the lines.
  const [said = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
  return `, at line ${error.line}, column ${error.column}: ${said.trim().replace(/\.$/, '')}. Mend that place and try again.`;
}
