import { writeFile } from 'node:fs/promises';
import { parseOptions, usage, type Options } from './options.ts';
import { report, section } from './report.ts';
import type { Outcome } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { describeMachine } from './setup/machine.ts';
import { pinLoad } from './setup/processes.ts';
import { closeConnections } from './setup/registry-client.ts';
import { findTools, type Tool } from './setup/tools.ts';
import { World } from './setup/world.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(args: string[]): Promise<number> {
  const names = scenarios.map(({ name }) => name);
  const options = parseOptions(args, names);
  if (options === undefined) {
    say(`${usage}\nscenarios: ${names.join(', ')}`);
    return 0;
  }
  const { versions, missing } = await findTools();
  for (const problem of missing) say(`MISSING: ${problem}`);
  await pinLoad(versions.has('taskset'));
  const machine = await describeMachine(versions);
  for (const line of machine) say(line);
  const world = await World.make(options);
  try {
    const { outcomes, problems } = await runAll(world, options, versions);
    if (options.write) {
      const file = new URL('RESULTS.md', import.meta.url);
      await writeFile(file, report(machine, outcomes, problems));
      say('\nwrote bench/RESULTS.md');
    }
    return problems.length === 0 ? 0 : 1;
  } finally {
    await closeConnections();
    await world.close();
  }
}

/** A scenario that fails is reported, and does not take the others with it. */
async function runAll(
  world: World,
  { only }: Options,
  tools: ReadonlyMap<Tool, string>,
): Promise<{ outcomes: Outcome[]; problems: string[] }> {
  const outcomes: Outcome[] = [];
  const problems: string[] = [];
  for (const scenario of scenarios) {
    if (only.length > 0 && !only.includes(scenario.name)) continue;
    say(`\n… ${scenario.name}`);
    const lacking = scenario.needs.filter((tool) => !tools.has(tool));
    if (lacking.length > 0) {
      problems.push(`${scenario.name}, for want of ${lacking.join(' and ')}.`);
      continue;
    }
    try {
      for (const outcome of await scenario.run(world)) {
        outcomes.push(outcome);
        say(`\n${section(outcome)}`);
      }
    } catch (error) {
      const problem = `${scenario.name} failed: ${error instanceof Error ? error.message : String(error)}`;
      problems.push(problem);
      say(problem);
    }
  }
  return { outcomes, problems };
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  say(error instanceof TypeError ? `${error.message}\n\n${usage}` : String(error));
  return 1;
});
