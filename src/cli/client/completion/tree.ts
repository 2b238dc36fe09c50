import type { Io } from '../../io.ts';
import { buildProgram } from '../../program.ts';
import type { Command, Option } from '../command.ts';
import { commands } from '../commands.ts';
import { common } from '../parse.ts';

/** What may stand after the words so far. */
export interface Place {
  /** Commands, with what they do. */
  words: Map<string, string>;
  options: PlaceOption[];
}

export interface PlaceOption {
  name: string;
  about: string;
  takesValue: boolean;
  choices: readonly string[];
}

/** Places by the words that lead there, one blank between them; '' is the beginning. */
export type Tree = Map<string, Place>;

/** `vaisc pkg …`. */
export async function vaiscsTree(): Promise<Tree> {
  const tree: Tree = new Map();
  at(tree, '').words.set('pkg', 'the package manager of Vais');
  await addClient(tree, 'pkg');
  return tree;
}

/** `kontor …`: the server's commands and the client's, the latter below `pkg` too. */
export async function kontorsTree(io: Io): Promise<Tree> {
  const tree: Tree = new Map();
  // It is looked at, and never run.
  addServers(
    tree,
    '',
    buildProgram(io, () => Promise.reject(new Error('not here')), ignore),
  );
  at(tree, '').words.set('pkg', 'the package manager of Vais');
  await addClient(tree, '');
  await addClient(tree, 'pkg');
  return tree;
}

async function addClient(tree: Tree, prefix: string): Promise<void> {
  for (const [name, { about, load, hidden }] of Object.entries(commands)) {
    if (hidden) continue;
    const path = [prefix, ...name.split(' ')].filter((word) => word !== '').join(' ');
    announce(tree, path, about);
    const made: Command = await load();
    // `bash|zsh|fish`: one of these words.
    if (made.arguments.includes('|')) {
      for (const word of made.arguments.split('|')) at(tree, path).words.set(word, `for ${word}`);
    }
    const known = new Set(at(tree, path).options.map((option) => option.name));
    for (const [option, said] of Object.entries<Option>({ ...made.options, ...common })) {
      if (!said.hidden && !known.has(option)) at(tree, path).options.push(placeOption(option, said));
    }
  }
}

function placeOption(name: string, { about, value, choices }: Option): PlaceOption {
  return { name, about, takesValue: value !== undefined, choices: choices ?? [] };
}

/** Enters a command where its group is, and the group where that is new. */
function announce(tree: Tree, path: string, about: string): void {
  const words = path.split(' ');
  const name = words.at(-1) ?? '';
  const group = words.slice(0, -1).join(' ');
  if (group !== '' && !tree.has(group)) announce(tree, group, `${group.split(' ').at(-1)} …`);
  const { words: there } = at(tree, group);
  if (!there.has(name)) there.set(name, about);
  at(tree, path);
}

function ignore(): void {}

/** The part of commander's commands that is needed here. */
interface ServersCommand {
  readonly commands: readonly (ServersCommand & { name(): string; description(): string })[];
  readonly options: readonly {
    long?: string | undefined;
    description: string;
    required: boolean;
    optional: boolean;
    argChoices?: string[] | undefined;
  }[];
}

function addServers(tree: Tree, path: string, { commands: children, options }: ServersCommand): void {
  for (const { long, description, required, optional, argChoices } of options) {
    if (long === undefined) continue;
    const takesValue = required || optional;
    at(tree, path).options.push({
      name: long.replace(/^--/, ''),
      about: description,
      takesValue,
      choices: argChoices ?? [],
    });
  }
  for (const child of children) {
    const below = path === '' ? child.name() : `${path} ${child.name()}`;
    at(tree, path).words.set(child.name(), child.description());
    at(tree, below);
    addServers(tree, below, child);
  }
}

function at(tree: Tree, path: string): Place {
  const place = tree.get(path) ?? { words: new Map(), options: [] };
  tree.set(path, place);
  return place;
}
