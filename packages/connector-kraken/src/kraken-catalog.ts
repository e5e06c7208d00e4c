import { isJsonObject } from "@fillbook/connector-kit";
import { type Clock, ImportError, isImportError, type Json, type Logger } from "@fillbook/core";
import { z } from "zod";
import { krakenAssets } from "./kraken-assets.ts";
import { listRowsMax } from "./kraken-bounds.ts";
import type { KrakenTransport } from "./kraken-client.ts";
import { pairResolver, type ResolvePair } from "./kraken-pairs.ts";
import { krakenPublic } from "./kraken-public.ts";
import type { NamedPair } from "./kraken-static-pairs.ts";

/** The pairs that Kraken lists, read when a page first needs them and then shared by all runs for a while. */
export interface KrakenCatalog {
  /** Never fails but by `ABORTED`: without Kraken's lists the static names remain. */
  resolver(run: { readonly clock: Clock; readonly logger: Logger; readonly signal: AbortSignal }): Promise<ResolvePair>;
}

/** Kraken asks clients to read its lists at most hourly (support.kraken.com, read 2026-05-27). */
const FRESH_MS = 3_600_000;
/** How long the static names serve before Kraken is asked again. */
const FAILED_MS = 300_000;

/** An empty catalog. */
export function krakenCatalog(transport: KrakenTransport): KrakenCatalog {
  let known: { readonly resolve: ResolvePair; readonly fromMs: number; readonly untilMs: number } | null = null;
  return {
    async resolver({ clock, logger, signal }) {
      const nowMs = clock.now();
      if (known !== null && nowMs >= known.fromMs && nowMs < known.untilMs) return known.resolve;
      const { lists, complete } = await readLists(transport, signal);
      if (!complete) logger.warn({}, "kraken: lists of pairs could not be read, static names fill in");
      const { pairs, altnames } = lists;
      const names = pairs.flatMap(({ base, quote }) => [base, quote]);
      const resolve = pairResolver(pairs, krakenAssets(altnames, names));
      known = { resolve, fromMs: nowMs, untilMs: nowMs + (complete ? FRESH_MS : FAILED_MS) };
      return resolve;
    },
  };
}

interface Lists {
  pairs: readonly NamedPair[];
  altnames: ReadonlyMap<string, string>;
}

/** Reads what it can, one list after the other; after a failure the rest is left for another time. */
async function readLists(
  transport: KrakenTransport,
  signal: AbortSignal,
): Promise<{ lists: Lists; complete: boolean }> {
  const lists: Lists = { pairs: [], altnames: new Map() };
  const list = (query: string) => krakenPublic(transport, query, signal);
  try {
    lists.pairs = namedPairs(await list("AssetPairs"));
    lists.altnames = assetNames(await list("Assets"));
    // The default list leaves tokenized shares out (docs.kraken.com, AssetPairs, read 2026-05-27).
    lists.pairs = [...lists.pairs, ...namedPairs(await list("AssetPairs?aclass_base=tokenized_asset"))];
    return { lists, complete: true };
  } catch (error) {
    if (!isImportError(error) || error.code === "ABORTED") throw error;
    return { lists, complete: false };
  }
}

/** Printable and short, since it becomes part of symbols. */
const name = z
  .string()
  .max(100)
  .regex(/^[\x21-\x7e]+$/);
const pairRow = z.object({
  altname: name,
  wsname: name.nullish(),
  base: name,
  quote: name,
  aclass_base: z.string().nullish(),
});
const assetRow = z.object({ altname: name });

/** The rows that can be read. One that cannot does not matter before a fill names it. */
function namedPairs(result: Json): readonly NamedPair[] {
  return rowsOf(result).flatMap(([key, row]) => {
    const read = pairRow.safeParse(row);
    if (!read.success) return [];
    const { altname, wsname, base, quote, aclass_base } = read.data;
    return [{ key, altname, wsname: wsname ?? null, base, quote, tokenized: aclass_base === "tokenized_asset" }];
  });
}

function assetNames(result: Json): ReadonlyMap<string, string> {
  const names = rowsOf(result).flatMap(([id, row]) => {
    const read = assetRow.safeParse(row);
    return read.success ? [[id, read.data.altname] as const] : [];
  });
  return new Map(names);
}

function rowsOf(result: Json): readonly (readonly [string, Json])[] {
  const rows = isJsonObject(result) ? Object.entries(result) : [];
  if (rows.length <= listRowsMax) return rows;
  throw new ImportError("RESPONSE_TOO_LARGE", `Kraken lists more than ${listRowsMax} pairs or assets`);
}
