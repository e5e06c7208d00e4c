import { z } from "zod";
import { type FlexCoverage, nothingCovered } from "./flex-coverage.ts";
import type { FlexKnownQuery } from "./flex-refusal.ts";
import type { FlexAsk } from "./flex-windows.ts";

/** A statement that was asked for and not read to its end. A type, so that it is assignable to Json. */
export type FlexPending = {
  readonly ask: FlexAsk;
  readonly queryId: string;
  /** IBKR's name for the statement in the making: digits, kept as text. */
  readonly reference: string;
  /** Where IBKR says that the statement is, without a query; null where that is no allowed place. */
  readonly url: string | null;
  readonly requestedAtMs: number;
  /** Rows of it that are stored already, and the digest over them: another reading skips them if they are the same. */
  readonly rows: number;
  readonly digest: string | null;
  /** How often its document turned out to be broken. */
  readonly failures: number;
};

/** What is known of a statement when IBKR has begun to make it. */
export function newPending(
  asked: Pick<FlexPending, "ask" | "queryId" | "reference" | "url" | "requestedAtMs">,
): FlexPending {
  const { ask, queryId, reference, url, requestedAtMs } = asked;
  return { ask, queryId, reference, url, requestedAtMs, rows: 0, digest: null, failures: 0 };
}

/** Where the reading of an account's statements stands. */
export type FlexCursor = {
  readonly version: 1;
  readonly coverage: FlexCoverage;
  readonly pending: FlexPending | null;
  /** null before the first statement. */
  readonly known: FlexKnownQuery | null;
};

const day = z.string().regex(/^20\d\d-\d\d-\d\d$/);
const days = z.strictObject({ from: day, to: day });
const ranges = z.array(days).max(1_000);
const ms = z.number().int().min(0).max(99_999_999_999_999);

const coverageSchema: z.ZodType<FlexCoverage> = z.strictObject({
  ...{ covered: ranges, inVain: ranges, absent: ranges, requested: ranges },
  lastRequested: z.strictObject({ from: day, to: day, answeredAtMs: ms.nullable() }).nullable(),
  since: day.nullable(),
  type: z.enum(["AF", "TCF"]).nullable(),
  headAtMs: ms.nullable(),
});

const pendingSchema: z.ZodType<FlexPending> = z.strictObject({
  ask: z.strictObject({
    role: z.enum(["head", "gap", "requested"]),
    days: days.nullable(),
    shrunk: z.number().int().min(0).max(100),
  }),
  queryId: z.string().max(20),
  reference: z.string().regex(/^\d{1,40}$/),
  url: z.string().max(300).nullable(),
  requestedAtMs: ms,
  rows: z.number().int().min(0),
  digest: z.string().max(100).nullable(),
  failures: z.number().int().min(0).max(100),
});

export const flexCursorSchema: z.ZodType<FlexCursor> = z.strictObject({
  version: z.literal(1),
  coverage: coverageSchema,
  pending: pendingSchema.nullable(),
  known: z
    .strictObject({ queryId: z.string().max(20), refusedSinceMs: ms.nullable() })
    .nullable()
    .default(null),
});

export const emptyFlexCursor: FlexCursor = { version: 1, coverage: nothingCovered, pending: null, known: null };
