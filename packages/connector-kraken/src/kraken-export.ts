import { createHash } from "node:crypto";
import { type ClosedWindow, isJsonObject } from "@fillbook/connector-kit";
import { ImportError, type Instant, instant, instantFromUnixSeconds, isImportError, type Json } from "@fillbook/core";
import { z } from "zod";
import type { KrakenClient } from "./kraken-client.ts";
import { secondsSchema as seconds, windowsSchema } from "./kraken-window-schema.ts";

/** One of the two reports of an export. A type, so that it is assignable to Json. */
export type ExportPart = {
  /** Kraken's name of the job; null until it is asked for. */
  readonly id: string | null;
  /** Records of it that are stored already. */
  readonly records: number;
  readonly done: boolean;
};

/** An export that was asked for and not yet read to its end. Whole unix seconds. */
export type KrakenExport = {
  /** Exclusive. */
  readonly from: number;
  readonly to: number;
  readonly askedAt: number;
  /** What the jobs are called at Kraken, so that one asked for just before a crash is found again. */
  readonly tag: string;
  readonly ledgers: ExportPart | null;
  readonly trades: ExportPart;
  /** How often a file of it was broken. */
  readonly failures: number;
  /** There once Kraken has made both reports. */
  readonly made?: ExportMade;
  /** What Kraken counts: an estimate. */
  readonly fills?: number;
  /** Executions of it that are stored, fees and all, as the interface shows them. */
  readonly stored?: readonly string[];
  /** Windows that are read on where it cannot be had; absent where its span is one. */
  readonly instead?: { readonly trades: readonly ClosedWindow[]; readonly ledger: readonly ClosedWindow[] };
};

/** When the older of an export's reports was made; null where Kraken does not say. A type, so that it is assignable to Json. */
export type ExportMade = { readonly at: Instant | null };

const partSchema: z.ZodType<ExportPart> = z.strictObject({
  id: z.string().max(40).nullable(),
  records: z.number().int().min(0),
  done: z.boolean(),
});
/** Ids of one cursor, at most: those of a page and of the ledger beside it. */
export const storedMax = 200;
/** As a cursor may hold them. */
export const storedSchema: z.ZodType<readonly string[]> = z.array(z.string().max(100)).max(storedMax);
export const countSchema: z.ZodType<number> = z.number().int().min(0);
/** A moment as a cursor holds it. */
export const momentSchema: z.ZodType<Instant> = z
  .string()
  .max(40)
  .transform((text) => instant(text));
export const krakenExportSchema: z.ZodType<KrakenExport> = z.strictObject({
  ...{ from: seconds, to: seconds, askedAt: seconds, tag: z.string().max(100) },
  ...{ ledgers: partSchema.nullable(), trades: partSchema, failures: z.number().int().min(0).max(100) },
  made: z.strictObject({ at: momentSchema.nullable() }).exactOptional(),
  fills: countSchema.exactOptional(),
  stored: storedSchema.exactOptional(),
  instead: z.strictObject({ trades: windowsSchema, ledger: windowsSchema }).exactOptional(),
});

export type ExportReport = "trades" | "ledgers";

/** An export that nobody has asked Kraken for yet. */
export function newExport(
  span: { readonly from: number; readonly to: number },
  {
    connectionId,
    askedAt,
    ledgers,
  }: { readonly connectionId: string; readonly askedAt: number; readonly ledgers: boolean },
): KrakenExport {
  const part: ExportPart = { id: null, records: 0, done: false };
  const name = createHash("sha256").update(connectionId).digest("hex").slice(0, 12);
  return {
    ...span,
    askedAt,
    tag: `fillbook ${name} ${askedAt}`,
    ledgers: ledgers ? part : null,
    trades: part,
    failures: 0,
  };
}

/** Kraken opened in 2011: where an export starts that is to hold everything. Without a start it holds this month only. */
const KRAKEN_OPENED = 1_293_840_000;

/** Asks for a report and gives the job's id (docs.kraken.com AddExport, read 2026-05-26). */
export function addExport(
  client: KrakenClient,
  report: ExportReport,
  { from, to, tag }: KrakenExport,
): Promise<string> {
  return client.call({
    endpoint: "AddExport",
    parameters: {
      ...{ report, description: tag, format: "CSV", fields: "all" },
      starttm: String(Math.max(from, KRAKEN_OPENED)),
      endtm: String(to),
    },
    read: (result) => {
      const id = isJsonObject(result) ? result.id : null;
      if (typeof id === "string" && /^[\x21-\x7e]{1,40}$/.test(id)) return id;
      throw new ImportError("PROTOCOL", "Kraken answered AddExport without an id");
    },
  });
}

/** A job in Kraken's list. */
export interface ExportJob {
  readonly id: string;
  readonly description: string;
  readonly status: string;
  /** When its report was made; null while it is not, and where Kraken does not say. */
  readonly completedAt: Instant | null;
}

export function exportJobs(client: KrakenClient, report: ExportReport): Promise<readonly ExportJob[]> {
  return client.call({ endpoint: "ExportStatus", parameters: { report }, read: readJobs });
}

/** Unix seconds as text, "0" until it is known. */
const completedSchema = z
  .string()
  .regex(/^[1-3]\d{9}$/)
  .transform(instantFromUnixSeconds)
  .nullish()
  .catch(null);
const jobSchema = z.object({
  ...{ id: z.string(), descr: z.string().nullish(), status: z.string() },
  completedtm: completedSchema,
});

function readJobs(result: Json): readonly ExportJob[] {
  const isEmpty = result === null || (isJsonObject(result) && Object.keys(result).length === 0);
  if (isEmpty) return [];
  if (!Array.isArray(result)) throw new ImportError("PROTOCOL", "Kraken answered ExportStatus without a list");
  return result.flatMap((row) => {
    const read = jobSchema.safeParse(row);
    if (!read.success) return [];
    const { id, descr, status, completedtm } = read.data;
    return [{ id, status, description: descr ?? "", completedAt: completedtm ?? null }];
  });
}

/** Removes a job, done or not. One that is gone already is no matter. */
export async function removeExport(client: KrakenClient, id: string, type: "delete" | "cancel"): Promise<void> {
  try {
    await client.call({ endpoint: "RemoveExport", parameters: { id, type }, read: () => null });
  } catch (error) {
    if (!isImportError(error) || !TOLERATED.has(error.code)) throw error;
  }
}

const TOLERATED: ReadonlySet<string> = new Set(
  "BROKER_ERROR BROKER_UNAVAILABLE FEATURE_UNAVAILABLE NETWORK PERMISSION_DENIED PROTOCOL REQUEST_INVALID RESPONSE_TOO_LARGE TIMEOUT".split(
    " ",
  ),
);
