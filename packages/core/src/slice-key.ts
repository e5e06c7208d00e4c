import { ImportError } from "./import-error.ts";
import { type Instant, parseInstant } from "./instant.ts";
import { isSafeText } from "./safe-text.ts";

/** Where a list goes on: the moment and the id of the last item, in the list's own order. */
export interface SliceKey {
  readonly at: Instant;
  readonly id: string;
}

/** The text that a list hands out as `next`; two of them compare as their moments do, then as their ids. */
export function sliceKeyText({ at, id }: SliceKey): string {
  return `${at} ${id}`;
}

/**
 * Reads an `after` back. Anybody may have written it: nothing but a moment and an id comes through.
 *
 * @throws ImportError `OPTION_INVALID`
 */
export function parseSliceKey(after: string): SliceKey {
  const space = after.indexOf(" ");
  const [text, id] = [after.slice(0, Math.max(space, 0)), after.slice(space + 1)];
  const at = parseInstant(text);
  if (at !== null && at === text && id !== "" && isSafeText(id)) return { at, id };
  throw new ImportError("OPTION_INVALID", "invalid option after: is not the next of a slice");
}
