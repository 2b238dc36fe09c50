import type { Door } from '../doors/index.ts';
import { pantryDoor } from '../doors/pantry/index.ts';

/** Puts the pantry door together. */
export function createPantry(): Door {
  return pantryDoor();
}
