import type { IngestReport } from "@fillbook/core";
import type { ScriptedRecord } from "@fillbook/testkit";
import type { HaltCounts, HaltPlace } from "./halt-at.ts";

/** What an import process is told; JSON. */
export interface ImportOptions {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly connectionId: string;
  readonly source: ImportSource;
  readonly leaseMs: number;
  /** Where the process halts itself, if anywhere. */
  readonly halt: HaltPlace | null;
  /** SIGKILL ends it; SIGSTOP pauses it until it gets SIGCONT. */
  readonly haltSignal: "SIGKILL" | "SIGSTOP";
  /** "once": one run. "until-done": until a run was not skipped and reports no error. "until-told": until `finish`. */
  readonly runs: "once" | "until-done" | "until-told";
  /** Each time so many runs of the connection at once. @defaultValue 1 */
  readonly parallel?: number;
  /**
   * Where the clock of its runs stands, milliseconds since 1970; only waits move it, so two processes do the same to the
   * letter. @defaultValue the machine's clock, whose waits are over at once
   */
  readonly startAtMs?: number;
}

/** Where the pages come from: a simulated Kraken account, or a script for a connection of the connector "scripted". */
export type ImportSource =
  | { readonly kind: "kraken"; readonly simulatorUrl: string; readonly apiKey: string; readonly apiSecret: string }
  | { readonly kind: "scripted"; readonly pages: readonly { readonly records: readonly ScriptedRecord[] }[] };

/** What an import process says, one a line. */
export type ImportMessage =
  /** So many pages of the current run are committed. */
  | { readonly kind: "page"; readonly page: number }
  /** It halts itself now. */
  | ({ readonly kind: "halt" } & HaltCounts)
  /** It goes on after it had halted itself. */
  | { readonly kind: "woken" }
  /** A run has ended. */
  | { readonly kind: "report"; readonly report: IngestReport }
  /** A run ended without a job: `ingest` threw. */
  | { readonly kind: "thrown"; readonly error: ThrownError }
  /** All is done. */
  | ({ readonly kind: "end" } & HaltCounts);

/** An ImportError, as far as a test asks. */
export interface ThrownError {
  readonly code: string;
  readonly message: string;
  readonly cause: string;
}
