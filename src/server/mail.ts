import { noMessenger, type Messenger } from '../accounts/index.ts';
import { Fault, systemClock } from '../kernel/index.ts';
import type { MailServer } from '../notify/index.ts';
import type { SqlStore } from '../storage/sql/index.ts';
import type { Config, Values } from './config/index.ts';
import type { PeriodicJob } from './jobs.ts';

/** The outgoing mail of one server. */
export interface MailParts {
  messenger: Messenger;
  jobs: PeriodicJob[];
  close(): Promise<void>;
}

/** Milliseconds from one look for news to the next. */
const INTERVAL = 2_000;

/** `base` is what links begin with. Without a mail server nothing is sent, and nothing fails. */
export async function createMail(
  values: Values,
  store: SqlStore,
  { base, warn }: { base(): string; warn(message: string): void },
): Promise<MailParts> {
  const mailServer = mailServerFrom(values);
  if (mailServer === undefined) {
    return { messenger: noMessenger, jobs: [], close: () => Promise.resolve() };
  }
  // A library that servers without mail never need.
  const { MailMessenger, noteNotices, openPost, sendNotices } = await import('../notify/index.ts');
  const post = openPost(mailServer, ownName(values));
  const messenger = new MailMessenger({ post, base, clock: systemClock, warn });
  const notices = {
    events: store.events,
    deliveries: store.deliveries,
    contacts: store.contacts,
    post,
    storeId: store.id,
    clock: systemClock,
    warn,
  };
  return {
    messenger,
    jobs: [
      { name: 'note mail', interval: INTERVAL, run: () => noteNotices(notices) },
      { name: 'send mail', interval: INTERVAL, run: () => sendNotices(notices) },
    ],
    close: async () => {
      await messenger.close();
      post.close();
    },
  };
}

/** Sends a mail that says that mail works. Faults `config_invalid` without a mail server, `unavailable` with the reason. */
export async function sendTestMail(
  { values }: Config,
  address: string,
): Promise<{ from: string; via: string }> {
  const mailServer = mailServerFrom(values);
  if (mailServer === undefined) {
    throw new Fault(
      'config_invalid',
      'Mail is off: set KONTOR_SMTP_HOST, and KONTOR_SMTP_USER and KONTOR_SMTP_PASSWORD where it asks for them.',
    );
  }
  const { host, port, from } = mailServer;
  const { openPost } = await import('../notify/index.ts');
  const post = openPost(mailServer, ownName(values));
  try {
    const letter = {
      to: { name: address, address },
      subject: 'Mail works',
      blocks: ['Somebody at the command line wanted to know whether mail from this server arrives. It does.'],
    };
    await post.send(letter, `test-${systemClock()}`);
    return { from, via: `${host}:${port}` };
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('unavailable', `The mail is refused: ${(error as Error).message}.`, {
      cause: error,
    });
  } finally {
    post.close();
  }
}

function mailServerFrom(values: Values): MailServer | undefined {
  const { smtpHost, smtpPort, smtpSecurity, smtpUser, smtpPassword, smtpFrom } = values;
  if (smtpHost === undefined) return undefined;
  return {
    host: smtpHost,
    port: smtpPort,
    security: smtpSecurity,
    user: smtpUser,
    password: smtpPassword,
    from: smtpFrom ?? (smtpUser?.includes('@') ? smtpUser : `kontor@${ownName(values).replace(/:\d+$/, '')}`),
  };
}

/** What this server calls itself in mail: host and port of its public address. */
function ownName({ publicUrl, host, port }: Values): string {
  return publicUrl === undefined ? `${host}:${port}` : new URL(publicUrl).host;
}
