import { Fault, isObject } from '../../kernel/index.ts';

/** A JSON object from outside: read it with `own` or `Object.entries`, never by a name that it may not have. */
export type JsonObject = Readonly<Record<string, unknown>>;

export { isObject };

/** The object's own value of that name; inherited ones, such as `constructor`, are not data. */
export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

const DEEPEST = 100;

/**
 * Refuses what could harm whoever handles the value later: nesting on which JSON.stringify runs out of stack, and
 * `__proto__` keys, which a careless assignment turns into a prototype. Fault `manifest_invalid`.
 */
export function checkShape(value: unknown): void {
  const rest: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth >= DEEPEST) {
      throw new Fault('manifest_invalid', `The manifest is nested more than ${DEEPEST} levels deep.`);
    }
    if (Object.hasOwn(next.value, '__proto__')) {
      throw new Fault('manifest_invalid', 'The manifest has a key named "__proto__"; remove it.');
    }
    for (const child of Object.values(next.value)) rest.push({ value: child, depth: next.depth + 1 });
  }
}
