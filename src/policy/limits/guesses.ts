import type { Guess, GuessGuard } from '../../accounts/index.ts';
import { Fault } from '../../kernel/light/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Backoff, Counters, Failures } from './counters.ts';
import type { KnownNetworks } from './known-networks.ts';
import { defaultLimits, wrongGuesses, type Limit } from './limit.ts';
import { isLoopbackAddress, networkOf } from './network.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** One account from one network: a person who has forgotten a password tries a few; a program waits ever longer. */
const FROM_ONE_PLACE: Backoff = { free: 10, first: SECOND, most: 15 * MINUTE, forget: HOUR };
/** One account from everywhere that its owner has not logged in from. */
const FROM_STRANGERS: Backoff = { free: 30, first: SECOND, most: 5 * MINUTE, forget: HOUR };

/** A network stays known for so long after a log-in. */
const KNOWN_FOR = 90 * 24 * HOUR;
/** A log-in is noted anew when the note is older. */
const NOTE_AGAIN = 24 * HOUR;
const MOST_NETWORKS = 20;

export interface GuessOptions {
  counters: Counters;
  networks: KnownNetworks;
  clock: Clock;
  /** New accounts of one address; undefined: any number. */
  registration: Limit | undefined;
}

/**
 * Slows whoever guesses, by three counts: account and network together; the account, for networks from which nobody has
 * logged in to it; and the network, whatever the account. So a flood of guesses keeps the owner out neither where they
 * usually are nor with a token, and guessing from many places gets slow all the same.
 *
 * Counted are failures: any number of clients may log in with the right password at once. Only where there have been
 * failures is one comparison at a time let through, or a hundred that were under way at once would escape the wait.
 */
export function createGuessGuard({ counters, networks, clock, registration }: GuessOptions): GuessGuard {
  const underWay = new Set<string>();

  async function isKnown(account: Guess['account'], network: string): Promise<boolean> {
    // Asked for names that nobody has too: the answer must take as long.
    const last = await networks.lastLogin(typeof account === 'number' ? account : NOBODYS_ID, network);
    return last !== undefined && last > clock() - KNOWN_FOR;
  }

  async function noteLogin(userId: number, network: string): Promise<void> {
    const at = clock();
    const last = await networks.lastLogin(userId, network);
    if (last === undefined || last < at - NOTE_AGAIN) {
      await networks.remember({ userId, network, at, most: MOST_NETWORKS });
    }
  }

  return {
    async guess({ account, address }, compare) {
      if (address === null) return compare();
      const network = networkOf(address);
      const place = `guess:${account}:${network}`;
      const strangers = `guess:${account}`;
      // Behind a proxy that is not trusted everybody comes from loopback.
      const spray = isLoopbackAddress(address) ? undefined : `guess-from:${network}`;
      const [here, everywhere, sprayed] = await Promise.all([
        counters.failures(place),
        counters.failures(strangers),
        spray === undefined ? 0 : counters.wait(spray, wrongGuesses),
      ]);
      if (sprayed > 0) throw tooMany('from your address', sprayed);
      if (here.wait > 0) throw tooMany('for this account', here.wait);
      const strange = everywhere.count > FROM_STRANGERS.free && !(await isKnown(account, network));
      if (strange && everywhere.wait > 0) throw tooMany('for this account', everywhere.wait);
      const narrow = gate(here, place, strange, strangers);
      if (narrow !== undefined && underWay.has(narrow)) throw tooMany('for this account', SECOND);
      if (narrow !== undefined) underWay.add(narrow);
      try {
        const right = await compare();
        if (!right) {
          await Promise.all([
            counters.fail(place, FROM_ONE_PLACE),
            counters.fail(strangers, FROM_STRANGERS),
            spray === undefined ? 0 : counters.take(spray, wrongGuesses),
          ]);
        } else {
          if (here.count > 0) await counters.forgive(place);
          if (typeof account === 'number') await noteLogin(account, network);
        }
        return right;
      } finally {
        if (narrow !== undefined) underWay.delete(narrow);
      }
    },

    async admitRegistration(address) {
      if (address === null || registration === undefined) return;
      // This machine's own programs are not strangers, unless the operator has said how many they may make.
      if (registration === defaultLimits.registration && isLoopbackAddress(address)) return;
      const wait = await counters.take(`registration:${networkOf(address)}`, registration);
      if (wait > 0) throw rateLimited('Too many accounts were made from your address', wait);
    },
  };
}

/** No user has it. */
const NOBODYS_ID = 0;

function gate(here: Failures, place: string, strange: boolean, strangers: string): string | undefined {
  if (strange) return strangers;
  return here.count >= FROM_ONE_PLACE.free ? place : undefined;
}

function tooMany(where: string, wait: number): Fault {
  return rateLimited(`Too many wrong passwords or codes ${where}`, wait);
}

/** Fault `rate_limited`: `what` happened, try again after `wait` milliseconds. */
export function rateLimited(what: string, wait: number): Fault {
  const retryAfter = Math.max(1, Math.ceil(wait / SECOND));
  const seconds = retryAfter === 1 ? '1 second' : `${retryAfter} seconds`;
  return new Fault('rate_limited', `${what}: try again in ${seconds}.`, { retryAfter });
}
