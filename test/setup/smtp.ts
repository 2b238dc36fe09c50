import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { readMail, type ReadMail } from './mail.ts';
import { afterFile, temporaryFolder } from './resources.ts';

export interface ReceivedMail extends ReadMail {
  /** Of the envelope. */
  from: string;
  to: string[];
  /** Did it come over TLS? */
  secure: boolean;
  /** Who had logged in; undefined: nobody. */
  user: string | undefined;
  /** As it came. */
  raw: string;
}

export interface MailServerOptions {
  port?: number;
  /** Offers STARTTLS with this certificate; without one there is no TLS. */
  certificate?: Certificate;
  /** Asks for this log-in; without one everybody may send. */
  login?: { user: string; password: string };
  /** What it says of a receiver; undefined: welcome. */
  refuse?: (address: string) => { code: number; says: string } | undefined;
  /** Takes so long before it says anything at all, milliseconds. */
  silence?: number;
}

export interface RunningMailServer {
  port: number;
  /** Of what was taken, in order. */
  mails: ReceivedMail[];
  /** How often somebody has connected. */
  connections(): number;
  close(): Promise<void>;
}

export interface Certificate {
  key: string;
  cert: string;
  /** The file of the certificate, for `NODE_EXTRA_CA_CERTS`. */
  file: string;
}

const servers = new Set<SMTPServer>();

function closed(server: SMTPServer): Promise<void> {
  servers.delete(server);
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A mail server on a free loopback port, which keeps what it is sent. It ends with the test file. */
export async function startMailServer(options: MailServerOptions = {}): Promise<RunningMailServer> {
  const mails: ReceivedMail[] = [];
  const { certificate, login, refuse, silence = 0 } = options;
  let connections = 0;
  const settings: SMTPServerOptions = {
    ...(certificate ? { key: certificate.key, cert: certificate.cert } : {}),
    disabledCommands: [...(certificate ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
    authOptional: login === undefined,
    allowInsecureAuth: certificate === undefined,
    disableReverseLookup: true,
    closeTimeout: 100,
    onConnect: (_session, done) => {
      connections += 1;
      setTimeout(done, silence);
    },
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(Object.assign(new Error('wrong user or password'), { responseCode: 535 }));
    },
    onRcptTo: ({ address }, _session, done) => {
      const refusal = refuse?.(address);
      if (refusal) done(Object.assign(new Error(refusal.says), { responseCode: refusal.code }));
      else done();
    },
    onData: (stream, session, done) => {
      buffer(stream).then((bytes) => {
        const raw = bytes.toString('utf8');
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          ...readMail(raw),
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : undefined,
          raw,
        });
        done();
      }, done);
    },
  };
  const server = new SMTPServer(settings);
  // A client that gives up is no error of ours.
  server.on('error', () => undefined);
  servers.add(server);
  afterFile(() => servers.has(server) && closed(server));
  const listening = server.listen(options.port ?? 0, '127.0.0.1');
  if (!listening.listening) await once(listening, 'listening');
  return {
    port: (listening.address() as AddressInfo).port,
    mails,
    connections: () => connections,
    close: () => closed(server),
  };
}

/** A certificate for `localhost` that nobody trusts who is not told to. */
export function makeCertificate(): Certificate {
  const folder = temporaryFolder('certificate');
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      .concat(['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'])
      .concat(['-keyout', key, '-out', cert]),
    { stdio: 'ignore' },
  );
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8'), file: cert };
}
