/** The user pressed Ctrl-C, or the system asked for an end. */
export class Interrupted extends Error {
  /** As a shell gives it: 128 and the number of the signal. */
  readonly exitCode: number;

  constructor(exitCode = 130) {
    super('Interrupted.');
    this.exitCode = exitCode;
  }
}
