/** Somebody whom mail reaches. */
export interface Contact {
  userId: number;
  name: string;
  email: string;
}

/** Whom mail may be sent to: users who are not disabled, at addresses that they have shown to be theirs. */
export interface Contacts {
  /** The user of this name, in any case. */
  named(userName: string): Promise<Contact | undefined>;
  /** Those who answer for a package: its owners, and who looks after the organisation that owns it. At most `limit`. */
  answeringFor(registry: string, packageName: string, limit: number): Promise<Contact[]>;
}
