import type { HaltPlace } from "./halt-at.ts";
import type { ImportOptions } from "./import-messages.ts";
import { type ImportOutcome, startImport } from "./import-process.ts";

/** One run in a process of its own. */
export interface CrashRun extends Omit<ImportOptions, "halt" | "haltSignal" | "runs"> {
  /** Where it kills itself with SIGKILL; null lets it run to its end. */
  readonly kill: HaltPlace | null;
}

/**
 * Runs one import in a process of its own and waits for its end. Killed or not, the outcome counts the calls and
 * statements so far: those of a whole run are the places where another one can be killed.
 */
export async function runChild({ kill, ...run }: CrashRun): Promise<ImportOutcome> {
  await using child = startImport({ ...run, halt: kill, haltSignal: "SIGKILL", runs: "once" });
  return await child.ended();
}
