import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isPublicAddress,
  publicAddressOf,
  publicLookup,
  refuseSpecialAddress,
  type Resolve,
} from './addresses.ts';

/** A look-up that knows one name. */
const resolving =
  (...addresses: string[]): Resolve =>
  (_hostname, _options, done) => {
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };

const unknown: Resolve = (_hostname, _options, done) => {
  done(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }), []);
};

/** What a socket would be told. */
const looked = (resolve: Resolve | undefined, name: string, all: boolean) =>
  new Promise<unknown>((done) => {
    publicLookup(resolve)(name, { all }, (error, address) => done(error ? error.code : address));
  });

const special =
  '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 192.168.0.1 192.0.2.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:a9fe:a9fe ::127.0.0.1 ::7f00:1 fe80::1 fe80::1%lo fc00::1 fd12::1 fec0::1 ff02::1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2001::1 2001:db8::1 3fff::1 5f00::1 100::1';

describe('an address', () => {
  test.each(special.split(' '))('%s is not of the internet', (address) => {
    expect(isPublicAddress(address)).toBe(false);
    expect(() => refuseSpecialAddress(address)).toThrow(address);
  });

  test.each(['8.8.8.8', '1.1.1.1', '::ffff:8.8.8.8', '2606:4700::1111', '2a00:1450::1'])(
    '%s is',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
      expect(() => refuseSpecialAddress(address)).not.toThrow();
    },
  );

  test('as text of anything else is none, and a name is for the look-up to judge', () => {
    expect(isPublicAddress('2130706433')).toBe(false);
    expect(isPublicAddress('')).toBe(false);
    expect(() => refuseSpecialAddress('localhost')).not.toThrow();
  });

  test('that is an IPv4 address in IPv6 clothes is judged as what it is', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(`::ffff:${address}`)).toBe(isPublicAddress(address));
        expect(isPublicAddress(`::${address}`)).toBe(false);
      }),
    );
  });
});

describe('a name', () => {
  test('that leads into our own network leads nowhere', async () => {
    expect(await looked(undefined, 'localhost', true)).toBe('ENOTPUBLIC');
    expect(await looked(undefined, '127.0.0.1', false)).toBe('ENOTPUBLIC');
    await expect(publicAddressOf('localhost')).rejects.toMatchObject({ code: 'ENOTPUBLIC' });
    await expect(publicAddressOf('169.254.169.254')).rejects.toMatchObject({ code: 'ENOTPUBLIC' });
  });

  test('that leads there and elsewhere leads elsewhere', async () => {
    const resolve = resolving('127.0.0.1', '2606:4700::1', '8.8.8.8', '::1');
    expect(await looked(resolve, 'both.example', false)).toBe('2606:4700::1');
    expect(await looked(resolve, 'both.example', true)).toEqual([
      { address: '2606:4700::1', family: 6 },
      { address: '8.8.8.8', family: 4 },
    ]);
    expect(await publicAddressOf('both.example', resolve)).toBe('8.8.8.8');
  });

  test('that is not known is said to be so', async () => {
    expect(await looked(unknown, 'nowhere.example', true)).toBe('ENOTFOUND');
    await expect(publicAddressOf('nowhere.example', unknown)).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test('never gives a socket an address that is not public', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.ipV4(), fc.ipV6())), async (addresses) => {
        const found = await looked(resolving(...addresses), 'name.example', true);
        const given = found === 'ENOTPUBLIC' ? [] : (found as { address: string }[]);
        expect(given.map(({ address }) => address)).toEqual(addresses.filter(isPublicAddress));
      }),
    );
  });
});
