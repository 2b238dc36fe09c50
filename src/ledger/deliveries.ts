/** Something that a reader of the events owes to somebody outside: a mail, a call. */
export interface Delivery {
  id: number;
  /** What the reader put there; JSON values only. */
  body: Record<string, unknown>;
  createdAt: number;
  /** How often it has been tried before. */
  tries: number;
}

/**
 * What readers of the sealed events owe to the outside. A reader looks at each event once, notes what it owes, and delivers
 * that in its own time: an outside that is down holds up nothing but its own deliveries, and a crash loses none.
 */
export interface Deliveries {
  /** `seq` of the last event that this reader has seen; undefined before its first. */
  position(reader: string): Promise<number | undefined>;
  /**
   * Notes what the events after `from` up to `to` call for. False, and nothing is noted, if the reader is not at `from`
   * (undefined: at its beginning): another replica was faster.
   */
  note(step: {
    reader: string;
    from: number | undefined;
    to: number;
    bodies: readonly object[];
    at: number;
  }): Promise<boolean>;
  /** Takes what is due, oldest first, for whoever asks: nobody else gets it before `until`. */
  claim(request: { reader: string; now: number; until: number; limit: number }): Promise<Delivery[]>;
  /** It is delivered, or never will be. */
  finish(id: number): Promise<void>;
  /** It failed, and is due again later. */
  postpone(later: { id: number; dueAt: number }): Promise<void>;
}
