/** What an upstream has said to a question. */
export interface StoredAnswer {
  registryId: number;
  /** Base URL of the upstream. */
  upstream: string;
  key: string;
  /** Null: it has no such thing. */
  body: string | null;
  /** When it said so, milliseconds. */
  checkedAt: number;
}

/** Which answers are forgotten. */
export interface AnswersPruning {
  /** Older ones, milliseconds. */
  before: number;
  /** The oldest of those that are over this many bytes together. */
  mostBytes: number;
}

/** Answers at rest. The last writer wins: every writer has just heard it from the upstream. */
export interface AnswerStore {
  get(registryId: number, upstream: string, keys: string[]): Promise<StoredAnswer[]>;
  put(answers: StoredAnswer[]): Promise<void>;
  prune(pruning: AnswersPruning): Promise<void>;
  /** The upstreams that stored documents of these names are from, by base URL. */
  sources(registryId: number, names: string[]): Promise<Map<string, string>>;
}
