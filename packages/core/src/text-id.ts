import * as z from "zod/mini";
import { isSafeText } from "./safe-text.ts";

/** Longest id that is stored: longer ones do not fit a database index. */
const ID_LENGTH_MAX = 200;

/** A broker's id, spelled as the broker spells it: 1 to 200 characters, none of them a control character. */
export const textId = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(ID_LENGTH_MAX),
    z.refine(isSafeText, "holds a control character or half a surrogate pair"),
  );

const ID_PLACEHOLDERS: ReadonlySet<string> = new Set(["", "0", "-", "--", "N/A"]);
const ORDER_PLACEHOLDERS: ReadonlySet<string> = new Set([...ID_PLACEHOLDERS, "2147483647"]);

/** The id, or null where a broker writes one of its ways of saying "none": `""`, `"0"`, `"-"`, `"--"`, `"N/A"`. */
export function realId(id: string | null): string | null {
  return id === null || ID_PLACEHOLDERS.has(id.trim()) ? null : id;
}

/** Like {@link realId} for order ids, where 2147483647 also means none. */
export function realOrderId(id: string | null): string | null {
  return id === null || ORDER_PLACEHOLDERS.has(id.trim()) ? null : id;
}
