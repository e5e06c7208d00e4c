import { createHash, type Hash } from "node:crypto";
import { z } from "zod";

/** What of a day was yielded: its first rows by time and id, and a digest over theirs. */
export type WebDay = { readonly day: string; readonly rows: number; readonly digest: string };

/**
 * What is stored of the list of seven days. It claims no time: each run reads the whole list, and leaves out the rows
 * of a day that are exactly as they were, unless somebody asks for all.
 */
export type WebCursor = {
  readonly version: 1;
  readonly days: readonly WebDay[];
  /** When a list was read to its end, milliseconds since 1970. */
  readonly readAtMs: number | null;
  /** Whether a list that somebody wanted whole was not yielded to its end. */
  readonly isRereading: boolean;
};

const dayText = z.string().regex(/^(?:20\d\d-\d\d-\d\d|unknown)$/);

/** More days than a list of seven can have; the newest are kept. */
const DAYS_MAX = 1_000;

export const webCursorSchema: z.ZodType<WebCursor> = z.strictObject({
  version: z.literal(1),
  days: z
    .array(z.strictObject({ day: dayText, rows: z.number().int().min(0), digest: z.string().max(100) }))
    .max(DAYS_MAX),
  readAtMs: z.number().int().min(0).nullable(),
  isRereading: z.boolean().default(false),
});

export const emptyWebCursor: WebCursor = { version: 1, days: [], readAtMs: null, isRereading: false };

interface DigestedRow {
  readonly digest: string;
}

/** Digests of a day's first rows, each row taken in once. */
export interface WebDayDigest {
  readonly rows: number;
  add(row: DigestedRow): void;
  /** Of the rows that were added so far. */
  digest(): string;
}

function webDayDigest(): WebDayDigest {
  const hash: Hash = createHash("sha256");
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    add({ digest }) {
      hash.update(digest);
      rows += 1;
    },
    digest: () => hash.copy().digest("base64url"),
  };
}

/** The day's rows that were yielded before, already added; none unless the day still begins with exactly those. */
export function yieldedBefore(known: WebDay | undefined, rows: readonly DigestedRow[]): WebDayDigest {
  if (known === undefined || known.rows > rows.length) return webDayDigest();
  const same = webDayDigest();
  for (const row of rows.slice(0, known.rows)) same.add(row);
  return same.digest() === known.digest ? same : webDayDigest();
}

/** A cursor's days, in order. */
export function cursorDays(days: Iterable<WebDay>): readonly WebDay[] {
  return [...days].sort((left, right) => (left.day < right.day ? -1 : 1)).slice(-DAYS_MAX);
}
