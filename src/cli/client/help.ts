import { table } from '../table.ts';
import type { Command, Option } from './command.ts';
import { inGroup, type Commands } from './commands.ts';
import { common } from './parse.ts';

/** @param program `vaisc pkg`, `kontor` */
export function helpOfAll(program: string, commands: Commands): string {
  const rows = Object.entries(commands)
    .filter(([, { hidden }]) => !hidden)
    .map(([name, { about }]) => [`  ${name}`, about]);
  return `Usage: ${program} COMMAND [options]\n\n${table(rows)}\n${program} COMMAND --help shows what a command takes.\n`;
}

export function helpOfGroup(program: string, group: string, commands: Commands): string {
  const rows = inGroup(group, commands).map((name) => [
    `  ${group} ${name}`,
    commands[`${group} ${name}`]?.about ?? '',
  ]);
  return `Usage: ${program} ${group} COMMAND [options]\n\n${table(rows)}`;
}

export function helpOf(program: string, name: string, about: string, command: Command): string {
  const usage = ['Usage:', program, name, command.arguments, '[options]'].filter((word) => word !== '');
  const options = Object.entries({ ...command.options, ...common })
    .filter(([, { hidden }]: [string, Option]) => !hidden)
    .map(([option, { value, short, about: text }]: [string, Option]) => [
      `  ${short === undefined ? '' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`,
      text,
    ]);
  return `${usage.join(' ')}\n\n${about.charAt(0).toUpperCase()}${about.slice(1)}.\n\n${table(options)}`;
}
