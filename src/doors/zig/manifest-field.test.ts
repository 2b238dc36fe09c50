import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readZigManifest } from '../../formats/zig/index.ts';
import { zigManifest } from '../../../test/setup/zig-packages.ts';
import { checkManifestField } from './manifest-field.ts';

const text = zigManifest({ name: 'demo', version: '1.2.3', more: '// first; second' });
const own = readZigManifest(Buffer.from(text));
const named = { name: 'demo', version: '1.2.3' };
const refusal = expect.objectContaining({ code: 'manifest_invalid' }) as unknown;

describe('The field manifest', () => {
  test.each([
    ['is the manifest of the archive', text],
    ['has other line ends', text.replaceAll('\n', '\r\n')],
    ['lacks the last line end, as a shell takes it', text.trimEnd()],
    ['says something else of what it needs', zigManifest({ ...named, more: '.dependencies = .{},' })],
    ['is empty', ''],
  ])('may be there if it %s', (_what, field) => {
    expect(() => checkManifestField(field, own, named)).not.toThrow();
  });

  test('[P-43] says nothing wherever it is cut', () => {
    fc.assert(
      fc.property(fc.nat(text.length), (end) => {
        expect(() => checkManifestField(text.slice(0, end), own, named)).not.toThrow();
      }),
    );
  });

  test.each([
    ['name', zigManifest({ name: 'other', version: '1.2.3' }), 'name is other there and demo in the archive'],
    ['version', zigManifest({ name: 'demo', version: '2.0.0' }), 'version is 2.0.0 there and 1.2.3'],
    ['fingerprint', text.replace('c0ffee', 'c0ffef'), 'fingerprint is 0x'],
    ['fingerprint', text.replace(/.*fingerprint.*\n/, ''), 'fingerprint is missing there'],
  ])('is refused with another %s', (_what, field, says) => {
    expect(() => checkManifestField(field, own, named)).toThrow(refusal);
    expect(() => checkManifestField(field, own, named)).toThrow(says);
  });

  test('is refused whole where the archive has none, and passed over where it is cut', () => {
    expect(() => checkManifestField(text, null, named)).toThrow(refusal);
    expect(() => checkManifestField(text.slice(0, 40), null, named)).not.toThrow();
  });
});
