import type * as z from "zod/mini";
import { ImportError } from "./import-error.ts";
import { isRecord } from "./json.ts";
import { safeParse } from "./safe-parse.ts";

/**
 * Checks a caller's options and fills in defaults. A key that is `undefined` counts as absent.
 *
 * @throws ImportError `OPTION_INVALID` that names each bad option.
 */
export function parseOptions<Output>(schema: z.core.$ZodType<Output>, options: unknown): Output {
  const parsed = safeParse(schema, present(options, 2));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "options"}: ${issue.message}`);
  throw new ImportError("OPTION_INVALID", `invalid option ${problems.join("; ")}`);
}

// Options nest once (window, budget); stores and connectors among them are not walked into.
function present(value: unknown, depth: number): unknown {
  if (depth === 0 || !isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([name, inner]) => [name, present(inner, depth - 1)]));
}
