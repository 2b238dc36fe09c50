/** What is wrong where: the file, what it imports if that is what is wrong, and the broken rule in a sentence. */
export interface Violation {
  file: string;
  import?: string;
  rule: string;
}

/** Source files by their path from the root of the clone (`src/kernel/ids.ts`), with their text. */
export type Sources = ReadonlyMap<string, string>;

/** What each room may import besides itself; the rooms of one entry's kind do not know each other. */
const DOMAIN = ['kernel', 'ledger', 'accounts', 'policy', 'registry'];
const ALLOWED: Record<string, readonly string[]> = {
  kernel: [],
  ledger: ['kernel'],
  accounts: ['kernel', 'ledger'],
  policy: ['kernel', 'ledger', 'accounts'],
  registry: ['kernel', 'ledger', 'accounts', 'policy'],
  upstream: DOMAIN,
  formats: DOMAIN,
  doors: [...DOMAIN, 'upstream', 'formats'],
  notify: [...DOMAIN, 'upstream', 'formats'],
  storage: [...DOMAIN, 'upstream'],
  client: ['kernel', 'formats'],
  server: [...DOMAIN, 'upstream', 'formats', 'doors', 'notify', 'storage'],
  cli: [...DOMAIN, 'upstream', 'formats', 'doors', 'notify', 'server', 'client'],
  library: [...DOMAIN, 'upstream', 'formats', 'doors', 'server'],
};

/** Rooms that hold one room for each format, door, adapter or task of the client; files that lie beside those are common to them. */
const DIVIDED: ReadonlySet<string> = new Set(['formats', 'doors', 'storage', 'client']);

/** A file that lies beside the formats, doors or adapters and serves all of them; what reads bodies is a folder of its own. */
const COMMON = /^src\/((formats|doors|storage)\/[^/]+\.ts|doors\/body\/index\.ts)$/;

/** Libraries that bring in what only some rooms may know. */
const LIBRARIES: { library: RegExp; rooms: readonly string[]; rule: string }[] = [
  {
    library: /^(pg|kysely|node:sqlite|better-sqlite3|redis|@aws-sdk\/.*)$/,
    rooms: ['storage'],
    rule: 'Only storage speaks to a database or an object store.',
  },
  {
    library: /^(fastify|@fastify\/.*)$/,
    rooms: ['doors', 'server'],
    rule: 'Only doors and the server know HTTP.',
  },
  {
    library: /^(node:https?|undici)$/,
    rooms: ['doors', 'server', 'upstream', 'notify', 'client', 'cli', 'storage'],
    rule: 'The domain and the formats know no HTTP.',
  },
];

const LONGEST = 500;
const LONG = 300;
/** Long files that are one table, which would be harder to read in pieces. */
const TABLES: ReadonlySet<string> = new Set([]);

/** Where programs begin: the commands, and what `import … from 'kontor'` gives. */
const ENTRY = 'src/cli/main.ts';
const SECOND = 'src/cli/vaisc.ts';
const FACE = 'src/index.ts';

/** Checks every rule of the house that can be read from imports and lengths. */
export function violations(sources: Sources): Violation[] {
  const found: Violation[] = [];
  for (const [file, text] of sources) {
    if (!isTest(file)) {
      for (const target of importsOf(file, text)) found.push(...checkImport(file, target));
    }
    found.push(...checkLength(file, text));
  }
  return [...found, ...checkCycles(sources), ...checkUsers(sources)];
}

/** A violation as one line for a person. */
export function describeViolation({ file, import: target, rule }: Violation): string {
  return target === undefined ? `${file}: ${rule}` : `${file} imports ${target}: ${rule}`;
}

/**
 * What a module imports: files as paths from the root, packages by name. Reads `from '…'`, `import '…'`,
 * `import('…')`, and `new URL('./….ts', import.meta.url)`, by which workers are started.
 */
export function importsOf(file: string, text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const statements =
    /(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|[\s;])import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|new URL\(\s*['"](\.[^'"]+\.ts)['"]/g;
  return [...code.matchAll(statements)].map((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? match[4] ?? '';
    return target.startsWith('.') ? resolve(file, target) : target;
  });
}

function resolve(file: string, target: string): string {
  const parts = file.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts');
}

/** `{ room: 'doors', folder: 'src/doors/npm' }`; undefined outside of src, and for files that lie in src itself. */
function placeOf(file: string): { room: string; folder: string } | undefined {
  const [top, room, inner, ...rest] = file.split('/');
  if (top !== 'src' || room === undefined || inner === undefined) return undefined;
  return { room, folder: DIVIDED.has(room) && rest.length > 0 ? `src/${room}/${inner}` : `src/${room}` };
}

function checkImport(file: string, target: string): Violation[] {
  const from = placeOf(file);
  if (!from) return [];
  const violation = (rule: string): Violation[] => [{ file, import: target, rule }];
  if (!target.startsWith('src/')) {
    if (target.includes('/') && /^(test|bench|web|dist)\//.test(target)) {
      return violation('Source knows nothing outside of src.');
    }
    const broken = LIBRARIES.find(({ library, rooms }) => library.test(target) && !rooms.includes(from.room));
    return broken ? violation(broken.rule) : [];
  }
  const to = placeOf(target);
  if (!to || to.folder === from.folder) return [];
  if (to.room === from.room) return checkSiblings(violation, from.room, target);
  const allowed = ALLOWED[from.room];
  if (!allowed)
    return violation(`The room ${from.room} is not in the plan: add it to DESIGN and to this check.`);
  if (to.room === 'storage' && from.room !== 'server') {
    return violation('Only the server, which puts everything together, names storage.');
  }
  if (!allowed.includes(to.room)) {
    return violation(
      allowed.length === 0
        ? `${from.room} imports nothing of ours.`
        : `${from.room} may import ${allowed.join(', ')}, not ${to.room}.`,
    );
  }
  return checkFace(violation, target);
}

function checkSiblings(violation: (rule: string) => Violation[], room: string, target: string): Violation[] {
  if (COMMON.test(target)) return [];
  if (room === 'formats') return violation('A format knows no other format.');
  if (room === 'doors') return violation('A door knows no other door.');
  return checkFace(violation, target);
}

function checkFace(violation: (rule: string) => Violation[], target: string): Violation[] {
  return target.endsWith('/index.ts') ? [] : violation('A folder is imported through its index.ts only.');
}

function checkLength(file: string, text: string): Violation[] {
  const lines = text.split('\n').length - 1;
  if (lines > LONGEST) return [{ file, rule: `It has ${lines} lines; no file has more than ${LONGEST}.` }];
  if (lines > LONG && !TABLES.has(file) && !isTest(file)) {
    return [{ file, rule: `It has ${lines} lines; only tables have more than ${LONG}: make it two files.` }];
  }
  return [];
}

/** Rooms that import each other in a ring, also where every single arrow is allowed. */
function checkCycles(sources: Sources): Violation[] {
  const arrows = new Map<string, Map<string, string>>();
  for (const [file, text] of sources) {
    const from = placeOf(file)?.folder;
    if (from === undefined || isTest(file)) continue;
    for (const target of importsOf(file, text)) {
      const to = placeOf(target)?.folder;
      if (to === undefined || to === from) continue;
      const targets = arrows.get(from) ?? new Map<string, string>();
      arrows.set(from, targets.set(to, targets.get(to) ?? file));
    }
  }
  const found: Violation[] = [];
  for (const [from, targets] of arrows) {
    for (const [to, file] of targets) {
      if (reaches(arrows, to, from)) {
        found.push({
          file,
          import: to,
          rule: `${from} and ${to} import each other, directly or through others.`,
        });
      }
    }
  }
  return found;
}

function reaches(arrows: Map<string, Map<string, string>>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let room = open.pop(); room !== undefined; room = open.pop()) {
    if (room === to) return true;
    if (seen.has(room)) continue;
    seen.add(room);
    open.push(...(arrows.get(room)?.keys() ?? []));
  }
  return false;
}

/** The twins in memory of real adapters serve tests only. */
const TWINS = 'src/storage/memory/';

/** Modules that the program never reaches. Faces are left out: they may show what tests use. */
function checkUsers(sources: Sources): Violation[] {
  if (!sources.has(ENTRY)) return [];
  const reached = new Set<string>();
  const open = [ENTRY, SECOND, FACE];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const text = sources.get(file);
    if (text === undefined || reached.has(file)) continue;
    reached.add(file);
    open.push(...importsOf(file, text));
  }
  return [...sources.keys()]
    .filter((file) => file.startsWith('src/') && !file.startsWith(TWINS) && !reached.has(file))
    .filter((file) => !isTest(file) && !file.endsWith('/index.ts'))
    .map((file) => ({ file, rule: `Nothing that starts at ${ENTRY} or ${FACE} uses it.` }));
}
