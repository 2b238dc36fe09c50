export { noGuard, type Guess, type GuessGuard } from './guard.ts';
