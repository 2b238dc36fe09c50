import type { Command } from './command.ts';

export interface Entry {
  about: string;
  /** The module has to be light: it loads what it needs of the client's rooms. */
  load(): Promise<Command>;
  /** Another name of a command that is shown elsewhere. */
  hidden?: boolean;
}

export type Commands = Readonly<Record<string, Entry>>;

/**
 * The client's commands, in the order in which the help has them. Each is a module of its own, loaded only when it is asked for: here stands
 * no more than its name and a line about it. A name of two words, `owner add`, is a command in a group.
 */
export const commands: Commands = {
  init: {
    about: 'make a package here',
    load: async () => (await import('./init.ts')).init,
  },
  add: {
    about: 'add dependencies to vais.toml',
    load: async () => (await import('./add.ts')).add,
  },
  remove: {
    about: 'take dependencies out of vais.toml',
    load: async () => (await import('./remove.ts')).remove,
  },
  install: {
    about: 'bring packages, and what they need, into the cache, and write vais.lock',
    load: async () => (await import('./install.ts')).install,
  },
  update: {
    about: 'choose newer versions of what the project needs, or of some of it',
    load: async () => (await import('./update.ts')).update,
  },
  list: {
    about: 'show what vais.toml names, and which version is locked',
    load: async () => (await import('./list.ts')).list,
  },
  tree: {
    about: 'show what each package needs, below it',
    load: async () => (await import('./tree.ts')).tree,
  },
  why: {
    about: 'show who needs a package',
    load: async () => (await import('./why.ts')).why,
  },
  outdated: {
    about: 'show what could be newer',
    load: async () => (await import('./outdated.ts')).outdated,
  },
  verify: {
    about: 'check every byte of what vais.lock names',
    load: async () => (await import('./verify.ts')).verify,
  },
  search: {
    about: 'look for packages',
    load: async () => (await import('./search.ts')).search,
  },
  info: {
    about: 'show what a registry knows of a package',
    load: async () => (await import('./info.ts')).info,
  },
  login: {
    about: 'log in to a registry, and keep the token',
    load: async () => (await import('./login.ts')).login,
  },
  logout: {
    about: 'revoke the token of a registry, and forget it',
    load: async () => (await import('./logout.ts')).logout,
  },
  whoami: {
    about: 'say as whom you are logged in',
    load: async () => (await import('./whoami.ts')).whoami,
  },
  publish: {
    about: 'publish the package of this folder',
    load: async () => (await import('./publish.ts')).publish,
  },
  pack: {
    about: 'make the archive that publish sends',
    load: async () => (await import('./pack.ts')).pack,
  },
  yank: {
    about: 'mark a version so that nobody begins to use it',
    load: async () => (await import('./yank.ts')).yank,
  },
  unyank: {
    about: 'take the mark of a yank away',
    load: async () => (await import('./yank.ts')).unyank,
  },
  'owner add': {
    about: 'let a user publish a package',
    load: async () => (await import('./owner.ts')).ownerAdd,
  },
  'owner remove': {
    about: 'let a user publish a package no more',
    load: async () => (await import('./owner.ts')).ownerRemove,
  },
  'owner list': {
    about: 'show who may publish a package',
    load: async () => (await import('./owner.ts')).ownerList,
  },
  'cache list': {
    about: 'show the packages on this machine',
    load: async () => (await import('./cache-list.ts')).cacheList,
  },
  'cache stats': {
    about: 'show how much room the packages on this machine take',
    load: async () => (await import('./cache-stats.ts')).cacheStats,
  },
  'cache verify': {
    about: 'check every byte of the packages on this machine',
    load: async () => (await import('./cache-verify.ts')).cacheVerify,
  },
  'cache clean': {
    about: 'remove all packages from this machine, and the copies of indexes; or some packages',
    load: async () => (await import('./cache-clean.ts')).cacheClean,
  },
  'cache clear': {
    about: "the original's name for cache clean",
    load: async () => (await import('./cache-clean.ts')).cacheClean,
    hidden: true,
  },
  completion: {
    about: 'print a script with which the shell completes these commands',
    load: async () => (await import('./completion/completion.ts')).completion,
  },
};

const REMOVE = 'remove takes dependencies out of vais.toml';
const UPDATE = 'update chooses newer versions';
const NO_COMPILER = 'this client fetches and publishes packages, and compiles, tests and runs nothing';

/** Commands of the original, and names that people know from npm and cargo, that there are none of here, and what to do instead. */
export const knownElsewhere: Readonly<Record<string, string>> = {
  package: 'pack makes the archive that publish sends',
  metadata: 'list --json and tree --json say what a project needs',
  vendor: 'packages stay in the cache, and install --offline makes no request',
  audit: 'this client knows no advisories',
  uninstall: REMOVE,
  un: REMOVE,
  rm: REMOVE,
  i: 'install brings what vais.toml names, and add NAME writes it there',
  ci: 'install --locked fails if vais.lock would change',
  ls: 'list shows what vais.toml names, and tree what that needs',
  new: 'init makes a package of the folder that you are in',
  upgrade: UPDATE,
  up: UPDATE,
  run: NO_COMPILER,
  test: NO_COMPILER,
  build: NO_COMPILER,
};

/** The command that a line begins with and the arguments after its name; undefined if there is none of that name. */
export function findCommand(
  args: readonly string[],
  among: Commands,
): { name: string; entry: Entry; rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(' ');
    const entry = Object.hasOwn(among, name) ? among[name] : undefined;
    if (entry !== undefined && args.length >= words) return { name, entry, rest: args.slice(words) };
  }
  return undefined;
}

/** Names of the commands in a group, without the group's: `add`, `list`, … */
export function inGroup(group: string, among: Commands): string[] {
  return Object.keys(among)
    .filter((name) => name.startsWith(`${group} `) && !among[name]?.hidden)
    .map((name) => name.slice(group.length + 1));
}
