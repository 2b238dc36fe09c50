import { organisationRoles, type GroupRule } from '../../accounts/index.ts';
import { Complaint, parseHttpUrl, parseWord } from './parse.ts';
import type { Setting } from './settings.ts';

/** Settings of services elsewhere that say who somebody is. */
export interface OpenidValues {
  /** As GitHub Actions and GitLab CI/CD write themselves in `iss`; another one for servers of one's own. */
  githubIssuer: string;
  gitlabIssuer: string;
  /** Issuers of identity tokens that may be anywhere, in our own network too. */
  trustedIssuers: readonly string[];
  /** The provider of single sign-on as its tokens have it in `iss`; undefined: there is none. */
  oidcIssuer: string | undefined;
  oidcClientId: string | undefined;
  /** Undefined: a public client. */
  oidcClientSecret: string | undefined;
  oidcScopes: string;
  oidcProvisioning: 'on' | 'off';
  oidcGroupsClaim: string;
  oidcAdminGroup: string | undefined;
  oidcGroups: readonly GroupRule[];
}

/** An issuer is compared to the letter: a slash at its end stays. */
function parseIssuer(raw: string): string {
  parseHttpUrl(raw);
  return raw;
}

/** `rockets=acme:publisher, design=acme/designers`. */
function parseGroups(raw: string): GroupRule[] {
  if (raw.toLowerCase() === 'none') return [];
  return raw
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseGroup);
}

function parseGroup(entry: string): GroupRule {
  const [, group = '', organisation = '', mark = '', rest = ''] =
    /^(.+?)\s*=\s*@?([\w.-]+)(?:([:/])([\w.-]+))?$/.exec(entry) ?? [];
  const role = organisationRoles.find((one) => one === rest);
  if (group === '' || (mark === ':' && role === undefined)) {
    throw new Complaint(
      `holds "${entry}", which is no rule: write GROUP=ORGANISATION:ROLE (${organisationRoles.join(', ')}) or GROUP=ORGANISATION/TEAM, with commas between.`,
    );
  }
  return { group, organisation, role: role ?? 'reader', team: mark === '/' ? rest : null };
}

function showGroups(rules: readonly GroupRule[]): string {
  if (rules.length === 0) return 'none';
  return rules
    .map(({ group, organisation, role, team }) =>
      team === null ? `${group}=${organisation}:${role}` : `${group}=${organisation}/${team}`,
    )
    .join(', ');
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
  oidcIssuer: {
    env: 'KONTOR_OIDC_ISSUER',
    doc: 'The OpenID provider at which people log in (single sign-on), as it writes itself in iss.',
    defaultDoc: 'no single sign-on',
    parse: parseIssuer,
  },
  oidcClientId: {
    env: 'KONTOR_OIDC_CLIENT_ID',
    doc: 'Under which the provider knows this server.',
    defaultDoc: 'none',
    parse: (raw) => raw,
  },
  oidcClientSecret: {
    env: 'KONTOR_OIDC_CLIENT_SECRET',
    doc: 'The secret that goes with it.',
    defaultDoc: 'none: a public client, with PKCE alone',
    secret: true,
    parse: (raw) => raw,
  },
  oidcScopes: {
    env: 'KONTOR_OIDC_SCOPES',
    doc: 'What the provider is asked to tell, separated by blanks; openid among them.',
    defaultDoc: '`openid profile email`',
    parse: (raw) => raw,
    initial: () => ({ raw: 'openid profile email' }),
  },
  oidcProvisioning: {
    env: 'KONTOR_OIDC_PROVISIONING',
    doc: 'Whether whoever the provider knows becomes a user here at the first log-in (on), or only those who are one already (off).',
    defaultDoc: '`on`',
    parse: (raw) => parseWord(raw, ['on', 'off']),
    initial: () => ({ raw: 'on' }),
  },
  oidcGroupsClaim: {
    env: 'KONTOR_OIDC_GROUPS_CLAIM',
    doc: 'The claim in which the provider names the groups of a person.',
    defaultDoc: '`groups`',
    parse: (raw) => raw,
    initial: () => ({ raw: 'groups' }),
  },
  oidcAdminGroup: {
    env: 'KONTOR_OIDC_ADMIN_GROUP',
    doc: 'The group whose members are administrators here, and nobody else who logs in at the provider; looked at in every log-in.',
    defaultDoc: 'the provider has no say in that',
    parse: (raw) => raw,
  },
  oidcGroups: {
    env: 'KONTOR_OIDC_GROUPS',
    doc: 'What other groups give: GROUP=ORGANISATION:ROLE or GROUP=ORGANISATION/TEAM, with commas between; looked at in every log-in.',
    defaultDoc: 'nothing',
    parse: parseGroups,
    initial: () => ({ raw: 'none' }),
    show: showGroups,
  },
};
