import { hash } from 'node:crypto';

/** What may be different in a bundle. */
export interface BundleParts {
  subjectName: string;
  /** Hex. */
  sha512: string | undefined;
  subjects: number;
  predicateType: string | undefined;
}

/**
 * A Sigstore bundle as npm attaches it to a publish: its statement is about `tarball` as `name@version`. No certificate of
 * Sigstore's stands behind the signature, which only Sigstore could make.
 */
export function provenanceBundle(
  name: string,
  version: string,
  tarball: Buffer,
  parts: Partial<BundleParts> = {},
) {
  const { subjectName, sha512, subjects, predicateType } = {
    subjectName: `pkg:npm/${name.replace(/^@/, '%40')}@${version}`,
    sha512: hash('sha512', tarball, 'hex'),
    subjects: 1,
    predicateType: 'https://slsa.dev/provenance/v1',
    ...parts,
  };
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: Array.from({ length: subjects }, () => ({ name: subjectName, digest: { sha512 } })),
    predicateType,
    predicate: { buildDefinition: { buildType: 'test' } },
  };
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      certificate: { rawBytes: 'AA==' },
      tlogEntries: [],
      timestampVerificationData: {},
    },
    dsseEnvelope: {
      payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: 'AA==', keyid: '' }],
    },
  };
}
