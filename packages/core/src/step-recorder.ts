import { digest } from "./digest.ts";
import { redactedError, type Secrets } from "./error-cause.ts";
import { errorReport, type ImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import { canonicalJson, type Json } from "./json.ts";
import type { Logger } from "./logger.ts";
import type { RunClock } from "./run-clock.ts";
import type { Step, StepName } from "./step.ts";
import type { IngestStore } from "./store-contract.ts";

/** A longer job keeps its first steps, every failure and its end. */
const STEPS_MAX = 1000;
/** Steps that wait for one write. */
const STEPS_A_WRITE = 60;

/** Records the steps of one run, which follow each other. Nothing here throws, and only `save` waits. */
export interface StepRecorder {
  begin(name: StepName, page: number, input: Json): void;
  /** Ends the step that is under way. */
  end(output: Json): void;
  /** Ends the step that is under way, if one is. */
  fail(error: ImportError): void;
  /** Writes what waits. A store that fails is asked no more: the lineage ends there, the job goes on. */
  save(): Promise<void>;
}

export interface StepRecorderParts {
  readonly store: Pick<IngestStore, "writeSteps">;
  readonly owner: string;
  readonly connectionId: string;
  readonly jobId: string;
  readonly clock: Pick<RunClock, "now" | "beganAtMs" | "tookMs">;
  readonly logger: Logger;
  readonly secrets: Secrets;
  readonly input: Json;
}

export function stepRecorder(parts: StepRecorderParts): StepRecorder {
  const { clock } = parts;
  const writer = stepWriter(parts);
  let count = 0;
  let current: Current | null = {
    name: "begin",
    page: 0,
    input: parts.input,
    startedAtMs: clock.beganAtMs - clock.tookMs,
  };
  const close = (ended: Pick<Step, "output" | "error">) => {
    if (current === null) return;
    const isKept = count < STEPS_MAX || ended.error !== null || current.name === "end";
    if (isKept) writer.add(stepOf(parts, current, { ...ended, place: count, endedAtMs: clock.now() }));
    if (isKept) count += 1;
    current = null;
  };
  const end = (output: Json) => close({ output, error: null });
  end(null);
  return {
    begin(name, page, input) {
      current = { name, page, input, startedAtMs: clock.now() };
    },
    end,
    fail(error) {
      const { code, message } = errorReport(error, null);
      close({ output: null, error: { code, message } });
    },
    save: () => writer.save(),
  };
}

/** A cursor as lineage shows it: enough to see that it moved. */
export function cursorDigest(cursor: Json): string | null {
  try {
    return cursor === null ? null : digest(canonicalJson(cursor)).slice(0, 16);
  } catch {
    // A connector in plain JavaScript may yield what is no JSON: the commit says so, if anybody does.
    return null;
  }
}

interface Current {
  readonly name: StepName;
  readonly page: number;
  readonly input: Json;
  readonly startedAtMs: number;
}

function stepOf(
  { connectionId, jobId }: StepRecorderParts,
  { name, page, input, startedAtMs }: Current,
  { endedAtMs, ...ended }: Pick<Step, "output" | "error" | "place"> & { readonly endedAtMs: number },
): Step {
  const durationMs = Math.max(0, Math.round(endedAtMs - startedAtMs));
  const startedAt = instantFromUnixMs(Math.floor(startedAtMs));
  return { id: `${jobId}/${page}/${name}`, connectionId, jobId, page, name, startedAt, durationMs, input, ...ended };
}

// The last catch is for a logger that throws. Full batches are written beside the run's own work; only the rest is waited for, at the end.
function stepWriter({ store, owner, connectionId, jobId, logger, secrets }: StepRecorderParts) {
  let waiting: Step[] = [];
  let written: Promise<void> = Promise.resolve();
  let isGivenUp = false;
  const write = async (steps: readonly Step[]) => {
    if (isGivenUp) return;
    try {
      await store.writeSteps(owner, steps);
    } catch (error) {
      isGivenUp = true;
      const err = redactedError(error, secrets);
      logger.warn({ connectionId, jobId, err }, "the run's steps could not be recorded");
    }
  };
  const save = () => {
    const steps = waiting;
    waiting = [];
    if (steps.length > 0) written = written.then(() => write(steps)).catch(() => undefined);
    return written;
  };
  const add = (step: Step) => {
    waiting.push(step);
    if (waiting.length >= STEPS_A_WRITE) void save();
  };
  return { add, save };
}
