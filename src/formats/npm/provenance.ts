import { Fault } from '../../kernel/index.ts';
import type { Attestation } from '../../registry/index.ts';
import { checkShape, isObject, own, type JsonObject } from './json.ts';

/** What a provenance statement must be about. */
export interface ProvenanceSubject {
  name: string;
  version: string;
  /** Base64, of the tarball. */
  sha512: string;
}

const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle';
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/';

/**
 * The provenance that came with a publish document, or null if none did: the attachment `*.sigstore`, a Sigstore bundle as
 * JSON text whose DSSE envelope holds an in-toto statement. Checks that the statement is about this version and these
 * bytes; that its signature goes back to a trusted certificate is for whoever has Sigstore's trust root. Rejects with
 * Fault `manifest_invalid`.
 */
export function readProvenance(document: unknown, subject: ProvenanceSubject): Attestation | null {
  const attachments = isObject(document) ? own(document, '_attachments') : undefined;
  const found = Object.entries(isObject(attachments) ? attachments : {}).filter(([file]) =>
    file.endsWith('.sigstore'),
  );
  const [first] = found;
  if (first === undefined) return null;
  if (found.length > 1) throw invalid('there is more than one, and a version has one');
  const bundle = parse(isObject(first[1]) ? own(first[1], 'data') : undefined, 'the attachment');
  checkShape(bundle);
  const statement = statementOf(bundle);
  checkSubject(statement, subject);
  return { predicateType: predicateTypeOf(statement), bundle: JSON.stringify(bundle) };
}

/** Source: the bundle's protobuf specification, and DSSE, section "Envelope". */
function statementOf(bundle: JsonObject): JsonObject {
  if (!textOf(bundle, 'mediaType').startsWith(BUNDLE_TYPE)) {
    throw invalid(`its mediaType does not begin with ${BUNDLE_TYPE}`);
  }
  const envelope = own(bundle, 'dsseEnvelope');
  if (!isObject(envelope)) throw invalid('it has no dsseEnvelope');
  if (textOf(envelope, 'payloadType') !== PAYLOAD_TYPE)
    throw invalid(`its payloadType is not ${PAYLOAD_TYPE}`);
  // Clients read the first signature without looking.
  const signatures = own(envelope, 'signatures');
  const signature: unknown = Array.isArray(signatures) ? signatures[0] : undefined;
  if (!isObject(signature) || textOf(signature, 'sig') === '') throw invalid('it is not signed');
  const payload = Buffer.from(textOf(envelope, 'payload'), 'base64');
  const statement = parse(payload.toString('utf8'), 'its payload');
  if (!textOf(statement, '_type').startsWith(STATEMENT_TYPE))
    throw invalid('its payload is no in-toto statement');
  return statement;
}

/** A package URL with the scope's `@` encoded, and a digest in hex, as npm writes and compares them. */
function checkSubject(statement: JsonObject, { name, version, sha512 }: ProvenanceSubject): void {
  const subjects = own(statement, 'subject');
  const subject: unknown = Array.isArray(subjects) && subjects.length === 1 ? subjects[0] : undefined;
  if (!isObject(subject)) throw invalid('its statement does not have exactly one subject');
  const expected = `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
  const actual = textOf(subject, 'name');
  if (actual !== expected) {
    throw invalid(`it is about ${JSON.stringify(actual.slice(0, 300))}, and this is ${expected}`);
  }
  const digest = own(subject, 'digest');
  const hex = isObject(digest) ? textOf(digest, 'sha512') : '';
  if (hex !== Buffer.from(sha512, 'base64').toString('hex')) {
    throw invalid('the sha512 of its subject is not that of the tarball');
  }
}

function predicateTypeOf(statement: JsonObject): string {
  const type = textOf(statement, 'predicateType');
  if (!/^[\x21-\x7e]{1,500}$/.test(type)) throw invalid('its statement has no predicateType that is a URI');
  return type;
}

function parse(text: unknown, what: string): JsonObject {
  let value: unknown;
  try {
    value = typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    value = undefined;
  }
  if (!isObject(value)) throw invalid(`${what} is not a JSON object`);
  return value;
}

function textOf(object: JsonObject, field: string): string {
  const value = own(object, field);
  return typeof value === 'string' ? value : '';
}

function invalid(what: string): Fault {
  return new Fault(
    'manifest_invalid',
    `The provenance bundle cannot be accepted: ${what}. Make it anew for this tarball, or publish without it.`,
  );
}
