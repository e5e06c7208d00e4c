import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import { contentKey } from "@fillbook/core/connector";
import { contentCounter } from "./content-counter.ts";
import { flexBounds, tooLarge } from "./flex-bounds.ts";
import { normalizeFlexRow } from "./flex-normalize.ts";
import { flexNames } from "./flex-row.ts";
import { isWithoutIds } from "./flex-row-id.ts";

/**
 * Numbers rows that have no id at all among their equals: the first is 0. Use one numberer for a whole document, all its
 * statements, and hand it every row once; rows with an id, and rows that are no fills, are `undefined`.
 *
 * Rows that are rejected count by all their attributes, so that equal ones are kept apart too. It remembers a digest of
 * each different row without ids, and throws ImportError `RESPONSE_TOO_LARGE` where they are more than a document may have.
 */
export function numberRows(): (raw: Json, context: Json) => number | undefined {
  const { rowsWithoutIdsMax } = flexBounds;
  const counter = contentCounter({ contentsMax: rowsWithoutIdsMax });
  return (raw, context) => {
    const key = numberedKey(raw, context);
    if (key === null) return undefined;
    const number = counter.count(key);
    if (number === null) {
      const wish = "tick Trade ID, Transaction ID and IB Execution ID in the Flex query";
      throw tooLarge(`it has more than ${rowsWithoutIdsMax} different rows without any id: ${wish}`);
    }
    return number;
  };
}

function numberedKey(raw: Json, context: Json): string | null {
  const names = isJsonObject(raw) ? flexNames(raw.element) : null;
  if (!isJsonObject(raw) || names === null || !isWithoutIds(raw, names)) return null;
  const normalized = normalizeFlexRow(raw, context);
  if (normalized.kind === "execution") return contentKey(normalized.execution) ?? JSON.stringify(raw);
  return normalized.kind === "rejected" ? JSON.stringify(raw) : null;
}
