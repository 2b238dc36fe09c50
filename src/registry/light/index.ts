/** Rules on packages that ask nobody: what the threads of a store take in place of the whole. */
export { isCounted } from '../counted.ts';
export { MOST_MISSING_OF_A_NAME } from '../counts/missing.ts';
export { searchWords } from '../search-words.ts';
