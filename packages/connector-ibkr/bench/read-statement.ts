import { createReadStream } from "node:fs";
import { type Json, silentLogger, systemClock } from "@fillbook/core";
import type { FilePage, Normalized } from "@fillbook/core/connector";
import { z } from "zod";
import type { FlexContext } from "../src/flex-context.ts";
import { ibkrFlex } from "../src/index.ts";

const connector = ibkrFlex();
const signal = new AbortController().signal;
const connection = {
  id: "connection",
  userId: "u1",
  accountRef: "U1234567",
  settings: z.parse(connector.settings, { queryId: "1" }),
};

/**
 * Reads a statement as an import does, page by page, and normalizes each row; a page's rows are kept as they came beside
 * what they mean until the next page. Answers with the number of rows.
 */
export async function normalizeStatement(path: string): Promise<number> {
  const request = { connection, signal, clock: systemClock, logger: silentLogger };
  const pages = connector.readFile(createReadStream(path), request)[Symbol.asyncIterator]();
  const counts: Counts = { execution: 0, cancel: 0, ignored: 0, rejected: 0 };
  while (await normalizePage(pages, counts));
  // Bookings at an option's end are no fills.
  if (counts.rejected > 0 || counts.cancel === 0 || counts.ignored === 0) throw new Error(JSON.stringify(counts));
  return counts.execution + counts.cancel + counts.ignored;
}

type Counts = Record<Normalized["kind"], number>;
type Pages = AsyncIterator<FilePage<Json, FlexContext>>;

// A function for each page: a loop would still hold the last one while the next is read.
async function normalizePage(pages: Pages, counts: Counts): Promise<boolean> {
  const { done, value: page } = await pages.next();
  if (done === true) return false;
  // Kept as core keeps it.
  const read = page.records.map(({ raw }) => ({ ...connector.normalize(raw, page.context), raw }));
  for (const { kind } of read) counts[kind] += 1;
  return true;
}

/** Finds every attribute of the same file in the same pieces, and does nothing with it. Answers with their number. */
export async function matchAttributes(path: string): Promise<number> {
  let found = 0;
  let rest = "";
  for await (const piece of createReadStream(path, { encoding: "utf8" })) {
    const text = rest + piece;
    const pattern = /(\w+)="([^"]*)"/g;
    let end = 0;
    while (pattern.exec(text) !== null) {
      found += 1;
      end = pattern.lastIndex;
    }
    rest = text.slice(end);
  }
  return found;
}

export function expectCount(found: number, expected: number): void {
  if (found !== expected) throw new Error(`${found} were read, not ${expected}`);
}
