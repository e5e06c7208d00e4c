import type { Decimal, Instant, Json } from "@fillbook/core";
import { z } from "zod";

/** Names of the schemas in the OpenAPI document. */
export const answerRegistry = z.registry<{ id: string }>();

/** Gives a schema the name under which the document has it. */
export function named<Output>(id: string, schema: z.ZodType<Output>): z.ZodType<Output> {
  answerRegistry.add(schema, { id });
  return schema;
}

// A brand is a promise about text that came out of Fillbook; JSON Schema knows only the text. That cannot be wrong here:
// these schemas describe answers and read none.
export const decimalText = named(
  "Decimal",
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .describe("A decimal number as text, exact."),
) as unknown as z.ZodType<Decimal>;
export const instantText = named(
  "Instant",
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    .describe("UTC, ISO 8601, to the microsecond."),
) as unknown as z.ZodType<Instant>;
export const jsonValue = named("Json", z.unknown().describe("Any JSON.")) as unknown as z.ZodType<Json>;

export const text = z.string();
export const count = z.number().int().nonnegative();

/** One page of a list. */
export function sliceOf<Item>(
  name: string,
  item: z.ZodType<Item>,
): z.ZodType<{ items: readonly Item[]; next: string | null }> {
  const next = text.nullable().describe("Hand it back as `after` to read on; null at the end.");
  return named(`${name}Slice`, z.strictObject({ items: z.array(item).readonly(), next }));
}
