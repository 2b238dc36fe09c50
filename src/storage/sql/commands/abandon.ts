/**
 * Thrown by a command to undo what it did so far and still answer with a value: an outcome that is neither success nor
 * refusal, such as «that blob has gone, promote it again».
 */
export class Abandon extends Error {
  readonly value: unknown;

  constructor(value: unknown) {
    super('the command was abandoned');
    this.value = value;
  }
}
