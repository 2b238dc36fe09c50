import { Complaint, isLoopback, parseHost, parsePort, parseWord } from './parse.ts';
import type { Basis, Default, Setting } from './settings.ts';

/** Settings of outgoing mail. */
export interface MailValues {
  /** Undefined: there is no mail. */
  smtpHost: string | undefined;
  smtpPort: number;
  smtpSecurity: 'starttls' | 'tls' | 'optional' | 'none';
  smtpUser: string | undefined;
  smtpPassword: string | undefined;
  /** Undefined: made from the public address. */
  smtpFrom: string | undefined;
}

function parseAddress(raw: string): string {
  if (/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(raw) && raw.length <= 254) return raw;
  throw new Complaint('is not a mail address: write one such as packages@example.com, without a name.');
}

function defaultSecurity({ smtpHost, smtpPort }: Basis): Default {
  if (smtpPort === 465) return { raw: 'tls', why: 'port 465' };
  if (smtpHost !== '' && isLoopback(smtpHost)) return { raw: 'optional', why: 'the host is this machine' };
  return { raw: 'starttls' };
}

export const mailSettings: { readonly [K in keyof MailValues]: Setting<MailValues[K]> } = {
  smtpHost: {
    env: 'KONTOR_SMTP_HOST',
    doc: 'The mail server that takes our mail.',
    defaultDoc: 'no mail is sent',
    parse: parseHost,
  },
  smtpPort: {
    env: 'KONTOR_SMTP_PORT',
    doc: 'Its port.',
    defaultDoc: '`587`',
    parse: parsePort,
    initial: () => ({ raw: '587' }),
  },
  smtpSecurity: {
    env: 'KONTOR_SMTP_SECURITY',
    doc: 'How it is spoken to: starttls (or not at all), tls from the first byte, optional (TLS if offered, unchecked) or none.',
    defaultDoc: '`starttls`; `tls` on port 465; `optional` on this machine',
    parse: (raw) => parseWord(raw, ['starttls', 'tls', 'optional', 'none']),
    initial: defaultSecurity,
  },
  smtpUser: {
    env: 'KONTOR_SMTP_USER',
    doc: 'The user that the mail server knows us as.',
    defaultDoc: 'none',
    parse: (raw) => raw,
  },
  smtpPassword: {
    env: 'KONTOR_SMTP_PASSWORD',
    doc: 'The password of that user.',
    defaultDoc: 'none',
    secret: true,
    parse: (raw) => raw,
  },
  smtpFrom: {
    env: 'KONTOR_SMTP_FROM',
    doc: 'The address that mail comes from.',
    defaultDoc: 'the user, if that is an address, else `kontor@` the host of the public address',
    parse: parseAddress,
  },
};
