import type { z } from "zod";
import type { AnyConnector, Normalized, PageRecord } from "./connector-contract.ts";
import { digest } from "./digest.ts";
import { type CancelFacts, cancelSchema, type ExecutionFacts, executionSchema } from "./execution.ts";
import type { Json } from "./json.ts";

/** Records larger than this are kept as a reject with their first 64 kB. */
export const RAW_SIZE_BYTES_MAX = 65_536;

/** A record after `normalize` and the check of what it returned. */
export type NormalizedRecord =
  | { readonly kind: "execution"; readonly facts: ExecutionFacts; readonly raw: Json; readonly ordinal: number }
  | { readonly kind: "cancel"; readonly facts: CancelFacts; readonly raw: Json }
  | { readonly kind: "ignored" }
  | {
      readonly kind: "rejected";
      readonly reason: string;
      readonly raw: Json;
      readonly rawText: string;
      readonly ordinal: number;
      readonly truncated: boolean;
    };

/** Reads one record. Total: whatever the connector or the record does, the answer is one of four kinds. */
export function normalizeRecord(
  record: PageRecord<Json>,
  { connector, context }: { connector: AnyConnector; context: Json },
): NormalizedRecord {
  const ordinal = record.ordinal ?? 0;
  const rawText = textOf(record.raw);
  const reject = (reason: string, raw: Json = record.raw, truncated = false): NormalizedRecord => {
    return { kind: "rejected", reason: reason.slice(0, 1000), raw, rawText: rawText ?? "", ordinal, truncated };
  };
  if (rawText === null) return reject("the record is not JSON or nested too deeply", null, true);
  if (sizeBytes(rawText) > RAW_SIZE_BYTES_MAX) {
    return reject(`the record has more than ${RAW_SIZE_BYTES_MAX} bytes`, rawText.slice(0, RAW_SIZE_BYTES_MAX), true);
  }
  const normalized = safeNormalize(record.raw, { connector, context });
  if (normalized.kind === "ignored") return { kind: "ignored" };
  if (normalized.kind === "rejected") return reject(String(normalized.reason));
  if (normalized.kind === "cancel") {
    const parsed = cancelSchema.safeParse(normalized.cancel);
    if (!parsed.success) return reject(issuesOf(parsed.error));
    return foreign(parsed.data, connector) ?? { kind: "cancel", facts: parsed.data, raw: record.raw };
  }
  const parsed = executionSchema.safeParse(normalized.execution);
  if (!parsed.success) return reject(issuesOf(parsed.error));
  if (parsed.data.source.connector !== connector.id || parsed.data.broker !== connector.broker)
    return reject(foreignReason(connector));
  return { kind: "execution", facts: parsed.data, raw: record.raw, ordinal };

  function foreign(facts: CancelFacts, { id, broker }: AnyConnector): NormalizedRecord | null {
    return facts.source.connector === id && facts.broker === broker ? null : reject(foreignReason(connector));
  }
}

/** SHA-256 of a record's JSON text: what identifies a reject. */
export function rawHash(rawText: string): string {
  return digest(rawText);
}

function foreignReason(connector: AnyConnector): string {
  return `the record was not normalized as one of connector ${connector.id} and broker ${connector.broker}`;
}

function safeNormalize(raw: Json, { connector, context }: { connector: AnyConnector; context: Json }): Normalized {
  try {
    const normalized: unknown = connector.normalize(raw, context);
    if (isNormalized(normalized)) return normalized;
    return { kind: "rejected", reason: "normalize returned something else than a normalized record" };
  } catch (error) {
    return { kind: "rejected", reason: `normalize threw ${error instanceof Error ? error.name : typeof error}` };
  }
}

const KINDS: readonly unknown[] = ["execution", "cancel", "ignored", "rejected"] satisfies Normalized["kind"][];

// The fields beside the kind are checked by their schemas.
function isNormalized(value: unknown): value is Normalized {
  return typeof value === "object" && value !== null && "kind" in value && KINDS.includes(value.kind);
}

function textOf(raw: Json): string | null {
  try {
    return JSON.stringify(raw) ?? null;
  } catch {
    // JSON.stringify throws on cycles, on BigInt and on nesting beyond the stack: none of them is a broker's JSON.
    return null;
  }
}

// At most three bytes for each UTF-16 unit, so most records need no exact count.
function sizeBytes(text: string): number {
  return text.length * 3 <= RAW_SIZE_BYTES_MAX ? text.length : new TextEncoder().encode(text).length;
}

function issuesOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "record"}: ${issue.message}`).join("; ");
}
