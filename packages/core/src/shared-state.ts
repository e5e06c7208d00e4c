import type { Json } from "./json.ts";

/** State that outlives the process and is shared by all workers: pacing counters, nonce floors, penalty ends. */
export interface SharedState {
  /** The value and its version; null when the key was never written. */
  read(key: string): Promise<{ readonly value: Json; readonly version: number } | null>;
  /** Writes if the stored version still is `version` (0: never written). False means somebody else was first: read again. */
  write(key: string, value: Json, version: number): Promise<boolean>;
}
