import type { GateRules } from '../policy/index.ts';
import type { PackageRow, UpstreamDocument } from './ports/index.ts';

/**
 * Where the document of a name comes from: rows of ours, or what an upstream said of it. Versions that the rules hide must not show
 * in it.
 */
export type DocumentSource =
  | { origin: 'local'; head: PackageRow; policyRevision: number; rules: GateRules }
  | {
      origin: 'upstream';
      document: UpstreamDocument;
      /** The package, if something of it is stored here. */
      head: PackageRow | undefined;
      /** Are stored versions shown that the upstream does not list any more (`Catalogue.vanished`)? */
      keeps: boolean;
      policyRevision: number;
      rules: GateRules;
    };
