/** What every message that carries a secret link knows. */
interface Sealed {
  /** Mail address of the receiver; nobody has checked it but `checkEmail`. */
  to: string;
  /** Goes into a link that works once. Stored nowhere but as a hash, so the message cannot be made a second time. */
  secret: string;
  /** When the link stops working, milliseconds since the epoch. */
  expiresAt: number;
}

/** A message that only an account can cause, because it carries a secret. What others may be told follows events. */
export type Message =
  | (Sealed & {
      kind: 'verification';
      /** Whose address is to be verified. */
      user: string;
    })
  | (Sealed & { kind: 'reset'; user: string })
  | (Sealed & {
      kind: 'invitation';
      /** The name of whoever invites; null for the operator at the command line. */
      invitedBy: string | null;
      /** The organisation to join; null for an account on this server. */
      organisation: string | null;
    });

/** Takes messages to people. Without a mail server it takes them nowhere. */
export interface Messenger {
  /** False where nothing would be sent: an administrator then hands the link over in another way. */
  readonly available: boolean;
  /**
   * Sends when it can. Returns at once and never fails, so that an answer takes as long for an address that somebody has as
   * for one that nobody has.
   */
  send(message: Message): void;
}

/** For stores that are open without a server, and servers without mail. */
export const noMessenger: Messenger = { available: false, send: () => undefined };
