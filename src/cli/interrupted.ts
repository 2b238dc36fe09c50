/** The user pressed Ctrl-C at a question. */
export class Interrupted extends Error {}
