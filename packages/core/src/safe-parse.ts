import { en } from "zod/locales";
import * as z from "zod/mini";

const { localeError } = en();

/**
 * Checks a value with a schema of any kind of zod. Core's own are of `zod/mini`, which brings no messages: they are English
 * here, whatever the host has set, and a schema's own messages go first.
 */
export function safeParse<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
): z.core.util.SafeParseResult<z.output<Schema>> {
  return z.safeParse(schema, value, { error: localeError });
}
