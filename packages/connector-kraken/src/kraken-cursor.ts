import { type ClosedWindowCursor, windowsMax } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import { z } from "zod";

/** Where the reading of a Kraken account stands. */
export type KrakenCursor = ClosedWindowCursor & {
  readonly version: 1;
  /** The mode in which the fills so far were read. */
  readonly consolidateTaker: boolean;
};

const seconds = z.number().int().min(0).max(9_999_999_999);

const windowSchema = z.strictObject({
  from: seconds,
  to: seconds,
  offset: z.number().int().min(0),
  lastId: z.string().max(100).nullable(),
});

export const krakenCursorSchema: z.ZodType<KrakenCursor> = z.strictObject({
  version: z.literal(1),
  consolidateTaker: z.boolean(),
  head: seconds.nullable(),
  windows: z.array(windowSchema).max(windowsMax),
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
