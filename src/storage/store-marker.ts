/**
 * A note beside the blobs of whose they are: the id of a store, as its database has it. Once written it is never overwritten;
 * of all who write at once, exactly one succeeds.
 */
export interface StoreMarker {
  /** Where an operator finds it: `/srv/kontor/blobs/.store`, `s3://packages/.kontor/store`. */
  name: string;
  /** The id, or undefined if there is no marker. Not trusted: whatever somebody put there, trimmed. */
  read(): Promise<string | undefined>;
  /** Writes it, durably; false if there is one. The place of the blobs must exist. */
  write(storeId: string): Promise<boolean>;
}
