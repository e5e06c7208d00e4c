import { createHash } from "node:crypto";
import { ImportError } from "@fillbook/core";
import { executionSchema } from "@fillbook/core/connector";
import { pageRowsMax } from "./kraken-bounds.ts";

/** Digests begin so. An id that does is digested itself, so that no two ids are one. */
const DIGEST = "sha256:";
/** What core takes for "none": as the name of a row it is an id like others. */
const PLACEHOLDER = /^\s*(?:0|-{1,2}|N\/A|2147483647)?\s*$/;

/**
 * An id of a trade, an order or what caused ledger entries, as core keeps it: as Kraken spells it, whatever its form, or a
 * digest where no store could hold it.
 */
export function storedId(id: string): string {
  const isKept =
    !id.startsWith(DIGEST) && !PLACEHOLDER.test(id) && executionSchema.shape.executionId.safeParse(id).success;
  return isKept ? id : digestOf(id);
}

/** An id as a cursor may hold it, and a message may name it: short, and printable. */
export function cursorId(id: string): string {
  return !id.startsWith(DIGEST) && /^[\x21-\x7e]{1,40}$/.test(id) ? id : digestOf(id);
}

function digestOf(id: string): string {
  return `${DIGEST}${createHash("sha256").update(id).digest("hex")}`;
}

/** Text between the quotes of a name that an object would move in front of all others. */
const NUMBERS = /(?<=[{,\s])"(?=#*\d{1,10}"\s*:)/g;
const MARKED = /^#(?=#*\d{1,10}$)/;

/**
 * The text of an answer whose lists are objects by id, with a mark in front of ids that are numbers: JavaScript would list
 * those first, and their order in the text is that of history.
 */
export function withMarkedIds(text: string): string {
  return text.replaceAll(NUMBERS, '"#');
}

/**
 * The rows of such a list, in the order of the text.
 *
 * @throws ImportError `RESPONSE_TOO_LARGE` for more than a page can have.
 */
export function listedRows<Row>(
  list: { readonly [id: string]: Row },
  endpoint: string,
): { readonly id: string; readonly row: Row }[] {
  const rows = Object.entries(list);
  if (rows.length > pageRowsMax) {
    throw new ImportError("RESPONSE_TOO_LARGE", `the answer of ${endpoint} holds more than ${pageRowsMax} rows`);
  }
  return rows.map(([id, row]) => ({ id: id.replace(MARKED, ""), row }));
}
