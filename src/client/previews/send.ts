import { openAsBlob } from 'node:fs';
import { Fault } from '../../kernel/index.ts';
import type { Commit } from './commit.ts';
import type { Packed } from './pack.ts';
import type { Target } from './registry.ts';

/** Where previews are sent with these credentials. */
export type OpenTarget = Target & { authorization: string };

/** What the server says of a package that it has taken. */
export interface SentPackage {
  name: string;
  url: string;
  /** SHA-1 of the archive as it is served, hex: of siblings it names previews. */
  shasum: string | undefined;
}

export interface SendOptions {
  wait: (milliseconds: number) => Promise<void>;
  /** Told of each attempt that failed and is made again; a sentence. */
  onRetry: (message: string) => void;
}

const ATTEMPTS = 5;
/** Before the second attempt, milliseconds; twice as long before each further one. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
/** Answers to which another attempt may get another one. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
const LONGEST_ANSWER = 2000;

/** What fields of the form are called: docs/previews.md. */
const FIELDS = [
  ['repository', 'repository'],
  ['branch', 'branch'],
  ['pullRequest', 'pull_request'],
  ['run', 'run'],
] as const;

/**
 * Sends all packages in one request (protocols/pantry 3), from their files, and once more when the server was busy or away. Fault
 * `bad_request` with what it said when it refuses, `unavailable` when nothing helps.
 */
export async function sendPreviews(
  target: OpenTarget,
  commit: Commit,
  packages: readonly Packed[],
  { wait, onRetry }: SendOptions,
): Promise<SentPackage[]> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask(target, commit, packages);
    if (answer.status === 201) return readPackages(answer.text, target);
    const problem = problemOf(answer, target);
    if (attempt === ATTEMPTS || (answer.status !== undefined && !PASSING.has(answer.status))) throw problem;
    const pause = Math.min(answer.retryAfter ?? FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE);
    onRetry(`${problem.message} Trying again in ${Math.ceil(pause / 1000)} s.`);
    await wait(pause);
  }
}

interface Answer {
  /** Undefined: none came. */
  status?: number;
  text: string;
  /** Milliseconds. */
  retryAfter?: number | undefined;
  /** Where a redirect leads. */
  location?: string | undefined;
}

async function ask(target: OpenTarget, commit: Commit, packages: readonly Packed[]): Promise<Answer> {
  const { fetch } = await import('undici');
  try {
    const response = await fetch(`${target.url}/publish/commit`, {
      method: 'POST',
      headers: { authorization: target.authorization, accept: 'application/json' },
      body: await formOf(commit, packages),
      dispatcher: target.dispatcher,
      // A redirected form would be sent without its body, or the token to another host.
      redirect: 'manual',
    });
    const seconds = Number(response.headers.get('retry-after') ?? NaN);
    return {
      status: response.status,
      text: (await response.text()).slice(0, response.ok ? undefined : LONGEST_ANSWER),
      retryAfter: Number.isFinite(seconds) ? seconds * 1000 : undefined,
      location: response.headers.get('location') ?? undefined,
    };
  } catch (error) {
    return { text: reasonOf(error) };
  }
}

/** Fields before files, so that the server knows the commit when the archives come. */
async function formOf({ sha, ...commit }: Commit, packages: readonly Packed[]) {
  const { FormData } = await import('undici');
  const form = new FormData();
  form.set('sha', sha);
  // Branches and pull requests are those of a repository.
  if (commit.repository !== undefined) {
    for (const [key, name] of FIELDS) if (commit[key] !== undefined) form.set(name, commit[key]);
  }
  for (const { name, file } of packages) {
    form.set(`package:${name}`, await openAsBlob(file, { type: 'application/octet-stream' }), 'package.tgz');
  }
  return form;
}

function problemOf({ status, text, location }: Answer, { url }: Target): Fault {
  if (status === undefined) return new Fault('unavailable', `${url} cannot be reached: ${text}.`);
  if (location !== undefined) {
    return new Fault(
      'bad_request',
      `${url} answers that it has moved to ${location}: give --registry that address.`,
    );
  }
  const said = sentenceIn(text);
  if (status === 404) {
    return new Fault(
      'bad_request',
      `${url}/publish/commit is not there${said}. Give --registry the address of a Kontor server, such as https://packages.example.com.`,
    );
  }
  const code = PASSING.has(status) ? 'unavailable' : 'bad_request';
  return new Fault(code, `${url} answered with status ${status}${said}.`);
}

/** `: what it said`, for any of the shapes of an error. */
function sentenceIn(text: string): string {
  const body = parsed(text);
  const said = fieldOf(body, 'error') ?? fieldOf(body, 'detail') ?? fieldOf(body, 'message');
  return typeof said === 'string' ? `: ${said.replace(/\.$/, '')}` : '';
}

function readPackages(text: string, { url }: Target): SentPackage[] {
  const packages = fieldOf(parsed(text), 'packages');
  if (Array.isArray(packages)) {
    const read = packages.map((one) => ({
      name: fieldOf(one, 'name'),
      url: fieldOf(one, 'url'),
      shasum: fieldOf(one, 'shasum'),
    }));
    if (read.every(isSent)) return read;
  }
  throw new Fault('unavailable', `${url} answered something that does not say where the previews are.`);
}

function isSent(one: { name: unknown; url: unknown; shasum: unknown }): one is SentPackage {
  return (
    typeof one.name === 'string' &&
    typeof one.url === 'string' &&
    ['string', 'undefined'].includes(typeof one.shasum)
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ');
  return error.message;
}
