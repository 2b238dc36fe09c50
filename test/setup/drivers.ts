import { bunClient, npmClient, pnpmClient, yarnBerry, yarnClassic, type Client } from './clients.ts';
import type { project } from './projects.ts';
import { run, type RunResult } from './run.ts';

type Folder = ReturnType<typeof project>;

/** How one client does what all of them can, as its users do it. */
export interface Driver {
  name: string;
  /** The lock file that it writes beside `package.json`. */
  lockFile: string;
  publish(folder: Folder, access: 'public' | 'restricted'): Promise<RunResult>;
  install(folder: Folder): Promise<RunResult>;
  /** Installs what the lock file says, and fails if that is not what `package.json` says. */
  installLocked(folder: Folder): Promise<RunResult>;
  /** Runs `node -p` where the project's packages can be required. */
  print(folder: Folder, expression: string): Promise<RunResult>;
}

/** Every client, in one shape. */
export async function everyDriver(): Promise<Driver[]> {
  const [npm, pnpm, classic, berry, bun] = await Promise.all([
    npmClient(),
    pnpmClient(),
    yarnClassic(),
    yarnBerry(),
    bunClient(),
  ]);
  return [
    driver('npm', 'package-lock.json', npm, { publish: ['publish'], installLocked: ['ci'] }),
    driver('pnpm', 'pnpm-lock.yaml', pnpm, {
      publish: ['publish', '--no-git-checks'],
      installLocked: ['install', '--frozen-lockfile'],
    }),
    driver('yarn 1', 'yarn.lock', classic, {
      publish: ['publish', '--non-interactive'],
      installLocked: ['install', '--frozen-lockfile'],
    }),
    yarnBerryDriver(berry),
    driver('bun', 'bun.lock', bun, {
      publish: ['publish'],
      installLocked: ['install', '--frozen-lockfile'],
    }),
  ];
}

interface Commands {
  publish: string[];
  installLocked: string[];
}

function driver(name: string, lockFile: string, client: Client, commands: Commands): Driver {
  return {
    name,
    lockFile,
    publish: (folder, access) => client.run([...commands.publish, '--access', access], folder),
    install: (folder) => client.run(['install'], folder),
    installLocked: (folder) => client.run(commands.installLocked, folder),
    print: (folder, expression) => run(process.execPath, ['-p', expression], { cwd: folder.cwd }),
  };
}

/** It publishes only what it has installed, and finds packages in its cache without `node_modules`. */
function yarnBerryDriver(client: Client): Driver {
  const commands = { publish: ['npm', 'publish'], installLocked: ['install', '--immutable'] };
  const usual = driver('yarn 4', 'yarn.lock', client, commands);
  return {
    ...usual,
    publish: async (folder, access) => {
      const installed = await client.run(['install'], folder);
      return installed.code === 0 ? usual.publish(folder, access) : installed;
    },
    print: (folder, expression) => client.run(['node', '-p', expression], folder),
  };
}
