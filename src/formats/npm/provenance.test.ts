import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../../kernel/index.ts';
import { provenanceBundle, type BundleParts } from '../../../test/setup/provenance.ts';
import { readProvenance } from './provenance.ts';

const bytes = Buffer.from('the tarball');
const subject = { name: '@acme/demo', version: '1.0.0', sha512: sha512(bytes) };

function sha512(data: Buffer): string {
  return hash('sha512', data, 'base64');
}

function documentWith(data: unknown): object {
  return {
    _attachments: {
      '@acme/demo-1.0.0.tgz': { data: '' },
      '@acme/demo-1.0.0.sigstore': { content_type: 'application/json', data, length: 1 },
    },
  };
}

/** A bundle for the subject, in which `parts` are different. */
function publish(parts: Partial<BundleParts> = {}) {
  return documentWith(JSON.stringify(provenanceBundle('@acme/demo', '1.0.0', bytes, parts)));
}

function refusal(document: unknown): string {
  try {
    readProvenance(document, subject);
  } catch (error) {
    if (isFault(error, 'manifest_invalid')) return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('Provenance that comes with a publish', () => {
  test('is kept whole, with the type of what it says', () => {
    const kept = readProvenance(publish(), subject);
    expect(kept?.predicateType).toBe('https://slsa.dev/provenance/v1');
    expect(JSON.parse(kept?.bundle ?? '')).toEqual(provenanceBundle('@acme/demo', '1.0.0', bytes));
  });

  test('need not be there', () => {
    expect(readProvenance({ _attachments: { 'demo-1.0.0.tgz': {} } }, subject)).toBeNull();
    expect(readProvenance({}, subject)).toBeNull();
    expect(readProvenance(null, subject)).toBeNull();
  });

  test('of another version, package or scope is refused, and the sentence names both', () => {
    for (const name of [
      'pkg:npm/%40acme/demo@1.0.1',
      'pkg:npm/%40acme/other@1.0.0',
      'pkg:npm/demo@1.0.0',
      'pkg:npm/@acme/demo@1.0.0',
    ]) {
      const sentence = refusal(publish({ subjectName: name }));
      expect(sentence).toContain(name);
      expect(sentence).toContain('pkg:npm/%40acme/demo@1.0.0');
    }
  });

  test('of other bytes is refused, however its digest is written', () => {
    expect(refusal(publish({ sha512: '00'.repeat(64) }))).toContain('sha512');
    // Clients compare the text, and hex is lower case to them.
    expect(
      refusal(publish({ sha512: Buffer.from(subject.sha512, 'base64').toString('hex').toUpperCase() })),
    ).toContain('sha512');
    expect(refusal(publish({ sha512: subject.sha512 }))).toContain('sha512');
    expect(refusal(publish({ sha512: undefined }))).toContain('sha512');
  });

  test('with more than one subject, or none, is refused', () => {
    expect(refusal(publish({ subjects: 2 }))).toContain('one subject');
    expect(refusal(publish({ subjects: 0 }))).toContain('one subject');
  });

  test('without a predicate type is refused', () => {
    for (const predicateType of [undefined, '', 'two words', `x${'y'.repeat(500)}`]) {
      expect(refusal(publish({ predicateType }))).toContain('predicateType');
    }
  });

  test('that is not signed, or signs something else than an in-toto statement, is refused', () => {
    const bundle = provenanceBundle('@acme/demo', '1.0.0', bytes);
    const { dsseEnvelope } = bundle;
    for (const damaged of [
      { ...bundle, mediaType: 'application/json' },
      { ...bundle, dsseEnvelope: undefined, messageSignature: { signature: 'x' } },
      { ...bundle, dsseEnvelope: { ...dsseEnvelope, signatures: [] } },
      { ...bundle, dsseEnvelope: { ...dsseEnvelope, signatures: [null] } },
      { ...bundle, dsseEnvelope: { ...dsseEnvelope, payloadType: 'text/plain' } },
      { ...bundle, dsseEnvelope: { ...dsseEnvelope, payload: '####' } },
      { ...bundle, dsseEnvelope: { ...dsseEnvelope, payload: btoa('{"_type":"something"}') } },
      { ...bundle, dsseEnvelope: { ...dsseEnvelope, payload: btoa('[]') } },
    ]) {
      expect(refusal(documentWith(JSON.stringify(damaged)))).toContain('provenance');
    }
  });

  test('that is no JSON object as text is refused', () => {
    for (const data of ['', '[]', 'null', '{', 7, null, undefined, { mediaType: 'x' }]) {
      expect(refusal(documentWith(data))).toContain('not a JSON object');
    }
  });

  test('that is nested beyond reason is refused', () => {
    const deep = `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    expect(refusal(documentWith(deep))).toContain('nested');
  });

  test('may come once', () => {
    const twice = { _attachments: { 'a.sigstore': {}, 'b.sigstore': {} } };
    expect(refusal(twice)).toContain('more than one');
  });

  test('keeps text that no encoding can carry as an escape', () => {
    const bundle = provenanceBundle('@acme/demo', '1.0.0', bytes);
    const kept = readProvenance(documentWith(JSON.stringify({ ...bundle, note: '\ud800' })), subject);
    expect(kept?.bundle).toContain('\\ud800');
  });

  test('of any shape is accepted or refused with a sentence, and what is accepted names these bytes', () => {
    const bundle = provenanceBundle('@acme/demo', '1.0.0', bytes);
    const payload = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64'));
    const field = fc.oneof(fc.jsonValue(), payload);
    const envelope = fc.record(
      { payload: field, payloadType: field, signatures: field },
      { requiredKeys: [] },
    );
    const damaged = fc.oneof(
      fc.jsonValue(),
      envelope.map((part) =>
        Object.assign({}, bundle, { dsseEnvelope: Object.assign({}, bundle.dsseEnvelope, part) }),
      ),
    );
    fc.assert(
      fc.property(damaged, (value) => {
        const document = documentWith(JSON.stringify(value));
        try {
          const kept = readProvenance(document, subject);
          const { dsseEnvelope } = JSON.parse(kept?.bundle ?? '') as typeof bundle;
          expect(atob(dsseEnvelope.payload)).toContain('pkg:npm/%40acme/demo@1.0.0');
        } catch (error) {
          if (!isFault(error, 'manifest_invalid')) throw error;
        }
      }),
    );
  });
});
