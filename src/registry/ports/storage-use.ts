/** What some packages take. */
export interface Kept {
  packages: number;
  versions: number;
  files: number;
  /** Of those files, counted for each package that has them. */
  bytes: number;
}

export interface RegistryUse {
  registry: string;
  /** Packages that were published here. */
  owned: Kept;
  /** What was pulled from upstreams, and can be pulled again. */
  cached: Kept;
  /** Of commits; their time may be over. */
  previews: { count: number; bytes: number };
  /** What upstreams said about packages. */
  documents: { count: number; bytes: number };
}

/** What is stored, with what is owned here and what is cached of upstreams apart. */
export interface StorageUse {
  registries: RegistryUse[];
  /** Files in the storage and their bytes: the same bytes are stored once. */
  stored: { files: number; bytes: number };
}

export interface StorageUses {
  read(): Promise<StorageUse>;
}
