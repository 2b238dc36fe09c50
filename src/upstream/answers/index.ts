export { Answers, type AnswersOptions } from './answers.ts';
export type { AnswersPruning, AnswerStore, StoredAnswer } from './store.ts';
