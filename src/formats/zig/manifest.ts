import { readDependencies, type ZigDependency } from './dependencies.ts';
import { fingerprintFits, showFingerprint, suggestedFingerprint } from './fingerprint.ts';
import { LONGEST_PART, strictVersion } from './versions.ts';
import {
  describeKind,
  fieldOf,
  KEYWORDS,
  parseZon,
  type ZonDocument,
  type ZonField,
  type ZonValue,
} from './zon/index.ts';

/** `build.zig.zon`, as far as a registry needs it. Plain data, which may go to another thread. */
export interface ZigManifest {
  /** As it stands there: an identifier, or in old manifests any text. */
  name: string;
  /** True for a name that is an enum literal, which 0.14 brought; a string is the style before. */
  hasIdentifier: boolean;
  /** Strict semver. */
  version: string;
  /** Null where there is none, which 0.16 refuses in every package. */
  fingerprint: bigint | null;
  minimumZigVersion: string | null;
  /** As listed, one character a byte; null if the field is not there, which keeps everything. */
  paths: string[] | null;
  dependencies: ZigDependency[];
}

/** What sentences call it. */
export const MANIFEST_NAME = 'build.zig.zon';

/**
 * Reads a manifest by the rules of Zig 0.16, and the older style of 0.11 to 0.15: the name a string, no fingerprint, no
 * paths. Fields that nobody knows are passed over. Fault `manifest_invalid` whose sentence has the position, or
 * `too_large`.
 */
export function readZigManifest(bytes: Buffer): ZigManifest {
  const document = parseZon(bytes, MANIFEST_NAME);
  const top = document.value;
  if (top.kind !== 'struct') {
    throw document.fault(top.at, `the manifest is a struct with name and version, not ${describeKind(top)}`);
  }
  const { name, hasIdentifier } = readName(document, required(document, top, 'name'));
  const version = readVersion(document, required(document, top, 'version'));
  const fingerprint = readFingerprint(document, fieldOf(top, 'fingerprint'), name);
  const dependencies = fieldOf(top, 'dependencies');
  return {
    name,
    hasIdentifier,
    version,
    fingerprint,
    minimumZigVersion: readMinimum(document, fieldOf(top, 'minimum_zig_version')),
    paths: readPaths(document, fieldOf(top, 'paths')),
    dependencies: dependencies === undefined ? [] : readDependencies(document, dependencies.value),
  };
}

function required(document: ZonDocument, top: ZonValue, name: string): ZonField {
  const field = fieldOf(top, name);
  if (field === undefined) throw document.fault(top.at, `the manifest has no ${name}; add .${name} = …`);
  return field;
}

function readName(document: ZonDocument, { value }: ZonField): Pick<ZigManifest, 'name' | 'hasIdentifier'> {
  if (value.kind !== 'enum' && value.kind !== 'string') {
    throw document.fault(value.at, `name is an identifier such as .my_package, not ${describeKind(value)}`);
  }
  const name = value.kind === 'enum' ? value.name : value.bytes.toString();
  if (value.kind === 'enum' && (value.quoted || KEYWORDS.has(name))) {
    throw document.fault(value.at, `name is an identifier without quotes such as .my_package`);
  }
  if (Buffer.byteLength(name) > LONGEST_PART) {
    throw document.fault(value.at, `a name may have ${LONGEST_PART} bytes, and this one has more`);
  }
  return { name, hasIdentifier: value.kind === 'enum' };
}

function readVersion(document: ZonDocument, { value }: ZonField): string {
  const version = semanticVersion(document, value, 'version');
  if (version.length > LONGEST_PART) {
    throw document.fault(value.at, `a version may have ${LONGEST_PART} bytes, and this one has more`);
  }
  return version;
}

function readMinimum(document: ZonDocument, field: ZonField | undefined): string | null {
  return field === undefined ? null : semanticVersion(document, field.value, 'minimum_zig_version');
}

function semanticVersion(document: ZonDocument, value: ZonValue, field: string): string {
  if (value.kind !== 'string')
    throw document.fault(value.at, `${field} is a string, not ${describeKind(value)}`);
  const text = value.bytes.toString();
  const version = strictVersion(text);
  if (version === undefined) {
    throw document.fault(
      value.at,
      `${field} ${JSON.stringify(text.slice(0, 80))} is not valid semver; write it as 1.2.3 or 1.2.3-beta.1`,
    );
  }
  return version;
}

function readFingerprint(document: ZonDocument, field: ZonField | undefined, name: string): bigint | null {
  if (field === undefined) return null;
  const { value } = field;
  if (value.kind !== 'integer' || value.value < 0n || value.value >> 64n !== 0n) {
    throw document.fault(
      value.at,
      `fingerprint is an integer of 64 bits; for a new package write ${suggestedFingerprint(name)}`,
    );
  }
  if (!fingerprintFits(value.value, name)) {
    throw document.fault(
      value.at,
      `the fingerprint ${showFingerprint(value.value)} does not fit the name ${name}; if this is a new or renamed package, write ${suggestedFingerprint(name, value.value)}`,
    );
  }
  return value.value;
}

function readPaths(document: ZonDocument, field: ZonField | undefined): string[] | null {
  if (field === undefined) return null;
  const { value } = field;
  if (value.kind !== 'tuple') {
    throw document.fault(value.at, `paths is a list of strings such as .{ "build.zig.zon", "src" }`);
  }
  return value.values.map((path) => {
    if (path.kind === 'string') return path.bytes.toString('latin1');
    throw document.fault(path.at, `paths lists strings, and this is ${describeKind(path)}`);
  });
}
