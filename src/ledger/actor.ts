/**
 * Who did something, as the record keeps it for ever: by value, so that it stays true when the account is renamed or gone.
 */
export interface Actor {
  /** Null for whoever is no user: nobody, the server itself, the command line, a machine. */
  userId: number | null;
  /** The user's name at that time, or what else names the actor; null if there is no name. */
  name: string | null;
  /**
   * How they showed who they are: `password`, `token:<id>`, `session:<id>`, `trusted:<id>`, `single-sign-on`, `link:<id>`, `command-line`, `server`, `nobody`.
   */
  via: string;
  /** The client's address as the edge knows it; null where there is no client. */
  address: string | null;
}

/** What nobody asked for: jobs, the first start, pull-through. */
export const theServer: Actor = { userId: null, name: null, via: 'server', address: null };

/** Whoever may open the store on the machine itself. */
export const theCommandLine: Actor = { userId: null, name: null, via: 'command-line', address: null };
