import type * as z from "zod/mini";
import type { AnyConnector, Normalized, PageRecord } from "./connector-contract.ts";
import { type CancelFacts, cancelSchema, type ExecutionFacts, executionSchema } from "./execution.ts";
import type { Json } from "./json.ts";
import { keptRaw } from "./kept-raw.ts";
import { safeParse } from "./safe-parse.ts";
import { safeText } from "./safe-text.ts";

/** A record after `normalize` and the check of what it returned. */
export type NormalizedRecord =
  | { readonly kind: "execution"; readonly facts: ExecutionFacts; readonly raw: Json; readonly ordinal: number | null }
  | { readonly kind: "cancel"; readonly facts: CancelFacts; readonly raw: Json }
  | { readonly kind: "ignored"; readonly reason: string }
  | {
      readonly kind: "rejected";
      readonly reason: string;
      readonly raw: Json;
      readonly rawText: string;
      readonly ordinal: number | null;
      readonly truncated: boolean;
    };

/** What reads a record. */
export interface NormalizeSource {
  readonly connector: AnyConnector;
  readonly context: Json;
  /** Hears what `normalize` threw: a reject names only its class, since its words may quote the record. */
  readonly onThrown?: (error: unknown) => void;
}

/** Reads one record. Total: whatever the connector or the record does, the answer is one of four kinds. */
export function normalizeRecord(record: PageRecord<Json>, source: NormalizeSource): NormalizedRecord {
  const ordinal = record.ordinal ?? null;
  const { raw, text, refusal } = keptRaw(record.raw);
  const read = refusal === null ? readRecord(record.raw, source) : refused(refusal);
  switch (read.kind) {
    case "execution":
      return { ...read, raw, ordinal };
    case "cancel":
      return { ...read, raw };
    case "ignored":
      return read;
    case "rejected":
      return { ...read, raw, rawText: text, ordinal, truncated: refusal !== null };
  }
}

type Read =
  | { readonly kind: "execution"; readonly facts: ExecutionFacts }
  | { readonly kind: "cancel"; readonly facts: CancelFacts }
  | { readonly kind: "ignored"; readonly reason: string }
  | { readonly kind: "rejected"; readonly reason: string };

function readRecord(raw: Json, { connector, context, onThrown }: NormalizeSource): Read {
  try {
    return checked(connector.normalize(raw, context), connector);
  } catch (error) {
    onThrown?.(error);
    return refused(`normalize threw ${error instanceof Error ? error.name : typeof error}`);
  }
}

function checked(normalized: Normalized, connector: AnyConnector): Read {
  switch (normalized.kind) {
    case "ignored":
      return { kind: "ignored", reason: safeText(String(normalized.reason)) };
    case "rejected":
      return refused(normalized.reason);
    case "cancel": {
      const parsed = safeParse(cancelSchema, normalized.cancel);
      if (!parsed.success) return refused(issuesOf(parsed.error));
      return isOf(parsed.data, connector) ? { kind: "cancel", facts: parsed.data } : foreign(connector);
    }
    case "execution": {
      const parsed = safeParse(executionSchema, normalized.execution);
      if (!parsed.success) return refused(issuesOf(parsed.error));
      return isOf(parsed.data, connector) ? { kind: "execution", facts: parsed.data } : foreign(connector);
    }
    default:
      // A connector in plain JavaScript may return anything.
      return refused("normalize returned something else than a normalized record");
  }
}

function isOf(facts: ExecutionFacts | CancelFacts, { id, broker }: AnyConnector): boolean {
  return facts.source.connector === id && facts.broker === broker;
}

function foreign({ id, broker }: AnyConnector): Read {
  return refused(`the record was not normalized as one of connector ${id} and broker ${broker}`);
}

function refused(reason: unknown): Read {
  const text = typeof reason === "string" ? reason : "normalize gave no reason";
  return { kind: "rejected", reason: safeText(text) };
}

function issuesOf(error: z.core.$ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "record"}: ${issue.message}`).join("; ");
}
