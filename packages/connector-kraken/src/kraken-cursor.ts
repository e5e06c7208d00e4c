import type { ClosedWindow, ClosedWindowCursor } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import { z } from "zod";
import { doubtsMax, type KrakenDoubt, type KrakenRead, unclaimedMax } from "./kraken-coverage.ts";
import { countSchema, type KrakenExport, krakenExportSchema, momentSchema, storedSchema } from "./kraken-export.ts";
import { answerLengthMax, answersMax, type HeldAnswer } from "./kraken-held-answers.ts";
import { type KrakenReread, rereadSeenMax } from "./kraken-reread-state.ts";
import { secondsSchema, windowSchema, windowsSchema } from "./kraken-window-schema.ts";

/** Fills whose ledger entries were not all there yet: when to look again, and where. Whole unix seconds. */
export type KrakenAwaiting = { readonly from: number; readonly to: number; readonly dueAt: number };

/** A span that somebody asked for: `from` exclusive, `to` null for all that was there then. Whole unix seconds. */
export type KrakenRequested = { readonly from: number; readonly to: number | null };

/** Requests of one cursor, at most: beyond, the oldest is forgotten, and asked for again it is read again. */
export const requestsMax = 8;

/** What an export is to hold of a history that was never read, once its newest page is stored. Whole unix seconds. */
export type KrakenPlan = {
  /** Exclusive. */
  readonly from: number;
  readonly to: number;
  /** Somebody asked for it: it is exported however little it is. */
  readonly isAsked: boolean;
  /** There once that page is stored. */
  readonly read?: { readonly askedAt: number; readonly stored: readonly string[]; readonly fills?: number };
};

/** The key as it was last looked at: digests of its public half and of its account's number, and its limits. */
export type KrakenKeySeen = {
  readonly id: string;
  readonly account: string | null;
  readonly checkedAt: number;
  /** What the key reads, where it is limited; `from` is exclusive. Whole unix seconds. */
  readonly from?: number;
  readonly to?: number;
  /** When the key ends, if that was spoken of. */
  readonly endsAt?: number;
  /** Kraken did not say what the key reads. */
  readonly isUnknown?: true;
  /** The key lacks the right to exports. */
  readonly isNoExport?: true;
};

/** Where the reading of a Kraken account stands. Head and windows are those of TradesHistory. */
export type KrakenCursor = ClosedWindowCursor & {
  readonly version: 1;
  /** The mode in which the fills so far were read. */
  readonly consolidateTaker: boolean;
  /** What the pages of TradesHistory left of the ledger. */
  readonly ledger?: ClosedWindowCursor;
  /** Spans whose trades are stored and whose ledger could not be read: they are read again with it. */
  readonly unread?: readonly ClosedWindow[];
  /** A problem reports them. */
  readonly unreadReported?: true;
  readonly awaiting?: KrakenAwaiting;
  /** The daily second look at stored fills. */
  readonly reread?: KrakenReread;
  /** What was asked for and is being read: as long as anything is left, the same request goes on. */
  readonly requests?: readonly KrakenRequested[];
  /** History that is read from an export, and not by windows. */
  readonly exporting?: KrakenExport;
  /** It is not asked for yet. */
  readonly plan?: KrakenPlan;
  readonly key?: KrakenKeySeen;
  /** What was read while it was not known what the key may read. */
  readonly unclaimed?: readonly KrakenRead[];
  /** Parts of open windows that the ledger contradicts. */
  readonly doubts?: readonly KrakenDoubt[];
  /** When Kraken last said that the key may not read the ledger. */
  readonly ledgerDeniedAt?: number;
  /** What Kraken answered a run whose budget ended before the page that needs it. */
  readonly answers?: readonly HeldAnswer[];
};

const seconds = secondsSchema;
const windows = { head: seconds.nullable(), windows: windowsSchema };

export const krakenCursorSchema: z.ZodType<KrakenCursor> = z.strictObject({
  version: z.literal(1),
  consolidateTaker: z.boolean(),
  ...windows,
  ledger: z.strictObject(windows).exactOptional(),
  unread: windowsSchema.exactOptional(),
  unreadReported: z.literal(true).exactOptional(),
  awaiting: z.strictObject({ from: seconds, to: seconds, dueAt: seconds }).exactOptional(),
  reread: z
    .strictObject({
      ...{ at: seconds, pages: z.number().int().min(0).max(1_000) },
      ...{ windows: z.array(windowSchema).max(1), seen: z.string().max(rereadSeenMax) },
    })
    .exactOptional(),
  requests: z
    .array(z.strictObject({ from: seconds, to: seconds.nullable() }))
    .max(requestsMax)
    .exactOptional(),
  exporting: krakenExportSchema.exactOptional(),
  plan: z
    .strictObject({
      ...{ from: seconds, to: seconds, isAsked: z.boolean() },
      read: z
        .strictObject({ askedAt: seconds, stored: storedSchema, fills: countSchema.exactOptional() })
        .exactOptional(),
    })
    .exactOptional(),
  key: z
    .strictObject({
      ...{ id: z.string().max(100), account: z.string().max(100).nullable(), checkedAt: seconds },
      ...{ from: seconds.exactOptional(), to: seconds.exactOptional(), endsAt: seconds.exactOptional() },
      isUnknown: z.literal(true).exactOptional(),
      isNoExport: z.literal(true).exactOptional(),
    })
    .exactOptional(),
  unclaimed: z
    .array(z.strictObject({ from: seconds, to: seconds, evidence: z.enum(["TradesHistory", "export"]) }))
    .max(unclaimedMax)
    .exactOptional(),
  doubts: z
    .array(z.strictObject({ from: seconds, to: seconds, reason: z.string().max(500) }))
    .max(doubtsMax)
    .exactOptional(),
  ledgerDeniedAt: seconds.exactOptional(),
  answers: z
    .array(
      z.strictObject({
        ...{ call: z.string().max(500), answer: z.string().max(answerLengthMax) },
        reportedAt: momentSchema.nullable(),
      }),
    )
    .max(answersMax)
    .exactOptional(),
});

/**
 * Fills read in one mode have other ids than in the other (consolidate_taker, docs.kraken.com, read 2026-05-26): going
 * on in the other mode would count the same volume twice.
 *
 * @throws ImportError `OPTION_INVALID`
 */
export function refuseModeChange(cursor: KrakenCursor | null, consolidateTaker: boolean): void {
  if (cursor === null || cursor.consolidateTaker === consolidateTaker) return;
  const message =
    `consolidateTaker is ${consolidateTaker}, but this connection's fills were imported with ${cursor.consolidateTaker}: ` +
    "set it back, or make a new connection for another account";
  throw new ImportError("OPTION_INVALID", message);
}
