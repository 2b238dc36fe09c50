import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { everyDriver, type Driver } from '../setup/drivers.ts';
import { machine, output, project } from '../setup/projects.ts';
import { register } from '../setup/publish.ts';
import { startKontor } from '../setup/server.ts';

const drivers = await everyDriver();
let registry: string;
let token: string;

/** The name under which a client publishes, and `@acme/…`, which needs it. */
const nameOf = ({ name }: Driver) => `from-${name.replace(' ', '-')}`;

beforeAll(async () => {
  const server = await startKontor();
  registry = `${server.url}/npm`;
  token = await register(server, 'anna');
  for (const driver of drivers) {
    const name = nameOf(driver);
    await publish(driver, { name }, `module.exports = '${driver.name}';`, 'public');
    const scoped = { name: `@acme/${name}`, dependencies: { [name]: '^1.0.0' } };
    await publish(driver, scoped, `module.exports = require('${name}') + '!';`, 'public');
    await publish(driver, { name: `@secret/${name}` }, `module.exports = '${driver.name}?';`, 'restricted');
  }
});

async function publish(
  driver: Driver,
  manifest: { name: string; dependencies?: object },
  code: string,
  access: 'public' | 'restricted',
): Promise<void> {
  const rest = { version: '1.0.0', license: 'MIT', main: 'index.js' };
  const folder = project(machine(registry, token), 'package', { ...manifest, ...rest }, { 'index.js': code });
  output(await driver.publish(folder, access));
}

/** A project that needs one package of every client. */
function application(scope: string, box = machine(registry), files = {}) {
  const dependencies = Object.fromEntries(drivers.map((driver) => [`@${scope}/${nameOf(driver)}`, '1.0.0']));
  const manifest = { name: 'application', version: '1.0.0', license: 'MIT', private: true, dependencies };
  return project(box, 'application', manifest, files);
}

function required(scope: string): string {
  return `[${drivers.map((driver) => `require('@${scope}/${nameOf(driver)}')`).join(', ')}].join(' ')`;
}

describe.each(drivers)('[P-01] $name', (driver) => {
  test('installs what each client has published, and again from its lock file with an empty cache', async () => {
    const folder = application('acme');
    output(await driver.install(folder));
    expect(output(await driver.print(folder, required('acme'))).trim()).toBe(
      'npm! pnpm! yarn 1! yarn 4! bun!',
    );
    const lock = readFileSync(join(folder.cwd, driver.lockFile), 'utf8');
    const elsewhere = application('acme', machine(registry), { [driver.lockFile]: lock });
    output(await driver.installLocked(elsewhere));
    expect(output(await driver.print(elsewhere, required('acme'))).trim()).toBe(
      'npm! pnpm! yarn 1! yarn 4! bun!',
    );
    expect(readFileSync(join(elsewhere.cwd, driver.lockFile), 'utf8')).toBe(lock);
  });

  test('installs private packages with a token, and finds nothing without one', async () => {
    const box = machine(registry, token);
    // yarn 4 reads with a token only where it is told to.
    const folder = application('secret', { ...box, env: { ...box.env, YARN_NPM_ALWAYS_AUTH: 'true' } });
    output(await driver.install(folder));
    expect(output(await driver.print(folder, required('secret'))).trim()).toBe(
      'npm? pnpm? yarn 1? yarn 4? bun?',
    );
    const { code, stdout, stderr } = await driver.install(application('secret'));
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/404|not found/i);
  });
});
