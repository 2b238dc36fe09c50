import { createTransport } from 'nodemailer';
import { errnoOf, Fault } from '../../kernel/index.ts';
import { renderLetter, type Letter } from './letter.ts';

/** How a mail server is reached. */
export interface MailServer {
  host: string;
  port: number;
  /**
   * `starttls`: plain at first, and refused without TLS (RFC 3207). `tls`: from the first byte (RFC 8314). `optional`: TLS if
   * it is offered, whoever answers. `none`: plain.
   */
  security: 'starttls' | 'tls' | 'optional' | 'none';
  user: string | undefined;
  password: string | undefined;
  /** Address of the sender. */
  from: string;
}

/** A letter that the mail server does not take, though it takes others: mostly for a receiver that it does not know. */
export class LetterRefused extends Error {
  /** False if it may take the letter later. */
  readonly forGood: boolean;

  constructor(message: string, forGood: boolean, options?: ErrorOptions) {
    super(message, options);
    this.forGood = forGood;
  }
}

/** Brings letters to the mail server. */
export interface Post {
  /**
   * Resolves when the mail server has taken the letter. Rejects with `LetterRefused`, or with a Fault `unavailable` that says
   * why it cannot be sent just now. `id` names the letter for ever: a second copy of it can be told by that.
   */
  send(letter: Letter, id: string): Promise<void>;
  close(): void;
}

/** How long a mail server may take, milliseconds. */
export interface PostPatience {
  /** Until it has said its first word. */
  connect: number;
  /** Between two of its words. */
  answer: number;
}

const PATIENCE: PostPatience = { connect: 10_000, answer: 20_000 };

/** `server` is what this Kontor calls itself in letters, such as `packages.example.com`. */
export function openPost(mail: MailServer, server: string, patience = PATIENCE): Post {
  const { host, port, security, user, password, from } = mail;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { rejectUnauthorized: security !== 'optional' },
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    pool: true,
    maxConnections: 2,
    connectionTimeout: patience.connect,
    greetingTimeout: patience.connect,
    socketTimeout: patience.answer,
    // A letter holds nothing of the kind: not even by mistake is a file read or an address fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(letter, id) {
      const { address } = letter.to;
      if (!isPlainAddress(address))
        throw new LetterRefused(`${JSON.stringify(address)} is no mail address`, true);
      const { subject, text, html } = renderLetter(letter, server);
      try {
        await transport.sendMail({
          from: { name: `Kontor at ${server}`, address: from },
          to: { name: '', address },
          subject,
          text,
          html,
          messageId: `<${id}@${from.split('@')[1] ?? 'localhost'}>`,
          headers: {
            // RFC 3834: no answer by a machine, please.
            'Auto-Submitted': 'auto-generated',
          },
        });
      } catch (error) {
        throw whyNot(error, mail);
      }
    },
    close: () => transport.close(),
  };
}

/** One mailbox in its plain form (RFC 5321 section 4.1.2), which no header and no command can be broken with. */
function isPlainAddress(address: string): boolean {
  return address.length <= 254 && /^[^\s@<>,;:"()[\]\\\p{C}]+@[^\s@<>,;:"()[\]\\\p{C}]+$/u.test(address);
}

/** Codes of nodemailer's errors, by what they mean for whoever set the mail server up. */
const MEANING: Readonly<Record<string, string>> = {
  EAUTH: 'refuses the user or the password',
  ETLS: 'offers no TLS that can be trusted',
  EDNS: 'is not found',
  ENOTFOUND: 'is not found',
  ECONNREFUSED: 'does not listen there',
  ECONNECTION: 'cannot be reached',
  ETIMEDOUT: 'does not answer in time',
  ESOCKET: 'cannot be reached, or cannot prove who it is',
};

function whyNot(error: unknown, { host, port }: MailServer): Error {
  const { responseCode, command, response } = error as {
    responseCode?: number;
    command?: string;
    response?: string;
  };
  const code = errnoOf(error) ?? '';
  // RFC 5321 section 4.2.1: 5yz is for good. After a refused log-in or sender the next letter is no better off.
  const ofThisLetter =
    command === 'RCPT TO' || command === 'DATA' || code === 'EENVELOPE' || code === 'EMESSAGE';
  // 421: it closes the connection, for whatever letter.
  if (ofThisLetter && responseCode !== undefined && responseCode !== 421) {
    const said = `the mail server says: ${response ?? String(responseCode)}`;
    return new LetterRefused(said, responseCode >= 500, { cause: error });
  }
  const said = response ?? (error instanceof Error ? error.message : String(error));
  return new Fault(
    'unavailable',
    `The mail server ${host}:${port} ${MEANING[code] ?? 'did not take the mail'} (${said}).`,
    { cause: error },
  );
}
