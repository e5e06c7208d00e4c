import type { Json } from "./json.ts";

/** Records larger than this are kept as a reject with their first 64 kB. */
const RAW_SIZE_BYTES_MAX = 65_536;
/** Deeper ones too: databases refuse them, and recursion over them may not end well. */
const RAW_DEPTH_MAX = 32;
/** How much of a record that is no JSON is kept. */
const CUT_NODES_MAX = 1000;

/** A record in the form in which it can be stored. */
export interface KeptRaw {
  readonly raw: Json;
  /** Its JSON text: what identifies a reject. */
  readonly text: string;
  /** Why it cannot be read as a fill; null for a record of ordinary shape. */
  readonly refusal: string | null;
}

/** Looks at a record's shape before anything reads it. What is too large, too deep or no JSON is kept cut. */
export function keptRaw(raw: Json): KeptRaw {
  if (isDeeper(raw, RAW_DEPTH_MAX)) return cutRaw(raw, `the record is nested more than ${RAW_DEPTH_MAX} levels deep`);
  let text: string | undefined;
  try {
    text = JSON.stringify(raw);
  } catch {
    // JSON.stringify throws on BigInt and on a toJSON that throws: neither is a broker's JSON.
    text = undefined;
  }
  if (text === undefined) return cutRaw(raw, "the record is not JSON");
  if (sizeBytes(text) <= RAW_SIZE_BYTES_MAX) return { raw, text, refusal: null };
  return {
    raw: text.slice(0, RAW_SIZE_BYTES_MAX),
    text,
    refusal: `the record has more than ${RAW_SIZE_BYTES_MAX} bytes`,
  };
}

// The first path that is too deep answers, so a cycle does too.
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function cutRaw(raw: unknown, refusal: string): KeptRaw {
  const kept = cut(raw, { levels: RAW_DEPTH_MAX, nodes: { left: CUT_NODES_MAX } });
  return { raw: kept, text: JSON.stringify(kept), refusal };
}

function cut(value: unknown, bounds: { levels: number; nodes: { left: number } }): Json {
  bounds.nodes.left -= 1;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object") return typeof value === "bigint" ? String(value) : typeof value;
  if (bounds.levels === 0 || bounds.nodes.left <= 0) return "…";
  const inner = { levels: bounds.levels - 1, nodes: bounds.nodes };
  if (Array.isArray(value)) return value.slice(0, bounds.nodes.left).map((one) => cut(one, inner));
  const entries = Object.entries(value).slice(0, bounds.nodes.left);
  return Object.fromEntries(entries.map(([name, one]) => [name, cut(one, inner)]));
}

// At most three bytes for each UTF-16 unit, so most records need no exact count.
function sizeBytes(text: string): number {
  return text.length * 3 <= RAW_SIZE_BYTES_MAX ? text.length : new TextEncoder().encode(text).length;
}
