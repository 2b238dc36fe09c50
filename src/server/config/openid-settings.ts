import { Complaint, parseHttpUrl } from './parse.ts';
import type { Setting } from './settings.ts';

/** Settings of services elsewhere that say who somebody is. */
export interface OpenidValues {
  /** As GitHub Actions and GitLab CI/CD write themselves in `iss`; another one for servers of one's own. */
  githubIssuer: string;
  gitlabIssuer: string;
  /** Issuers of identity tokens that may be anywhere, in our own network too. */
  trustedIssuers: readonly string[];
}

function parseIssuers(raw: string): string[] {
  if (raw.toLowerCase() === 'none') return [];
  const issuers = raw.split(/[\s,]+/).filter((issuer) => issuer !== '');
  const wrong = issuers.find(
    (issuer) => !URL.canParse(issuer) || !/^https?:$/.test(new URL(issuer).protocol),
  );
  if (wrong === undefined) return issuers;
  throw new Complaint(`holds "${wrong}", which is no URL: write issuers as their tokens have them in iss.`);
}

export const openidSettings: { readonly [K in keyof OpenidValues]: Setting<OpenidValues[K]> } = {
  githubIssuer: {
    env: 'KONTOR_GITHUB_ISSUER',
    doc: 'Who signs the identity tokens of GitHub Actions, for trusted publishing; a GitHub Enterprise Server has its own.',
    defaultDoc: '`https://token.actions.githubusercontent.com`',
    parse: parseHttpUrl,
    initial: () => ({ raw: 'https://token.actions.githubusercontent.com' }),
  },
  gitlabIssuer: {
    env: 'KONTOR_GITLAB_ISSUER',
    doc: 'Who signs the identity tokens of GitLab CI/CD, for trusted publishing: the address of your GitLab.',
    defaultDoc: '`https://gitlab.com`',
    parse: parseHttpUrl,
    initial: () => ({ raw: 'https://gitlab.com' }),
  },
  trustedIssuers: {
    env: 'KONTOR_TRUSTED_ISSUERS',
    doc: 'Further issuers of identity tokens, separated by commas, that may be asked wherever they are; others must be https and on the internet.',
    defaultDoc: 'none',
    parse: parseIssuers,
    initial: () => ({ raw: 'none' }),
    show: (issuers) => (issuers.length === 0 ? 'none' : issuers.join(',')),
  },
};
