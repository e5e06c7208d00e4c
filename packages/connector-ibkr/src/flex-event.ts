import type { FlexControl } from "./flex-control.ts";

/** One row of a statement as it came: the element's name and its attributes, all of them text. */
export type FlexRaw = { readonly [name: string]: string };

/** `AF` is an activity statement (final), `TCF` trade confirmations (same day, not final); anything else is `other`. */
type FlexType = "AF" | "TCF" | "other";

/**
 * What a Flex document holds, in its order. Rows come in groups, see {@link flexGroupMax}.
 *
 * Nothing before `end` proves anything: only `end` says that the whole document was there. A document without it ends in
 * an error.
 */
export type FlexEvent =
  /** Not a statement but the service's word about one (root `FlexStatementResponse`); nothing follows it. */
  | { readonly kind: "control"; readonly control: FlexControl }
  /** The root of a statement document. */
  | { readonly kind: "query"; readonly queryName: string | null; readonly type: FlexType }
  | FlexStatementEvent
  /** `lengths` are the characters of each row, names and values. */
  | { readonly kind: "rows"; readonly rows: readonly FlexRaw[]; readonly lengths: readonly number[] }
  /** Told at a statement's end, once for each element that stands beside the rows and was not read. */
  | { readonly kind: "skipped"; readonly element: string; readonly count: number }
  | FlexEndEvent;

/** The beginning of one `FlexStatement`: one account, one period. */
export type FlexStatementEvent = {
  readonly kind: "statement";
  readonly accountId: string | null;
  /** `yyyy-MM-dd`; null where absent or in a form that is not read. */
  readonly fromDate: string | null;
  readonly toDate: string | null;
  readonly period: string | null;
  /** As it came, see `readFlexTime`. */
  readonly whenGenerated: string | null;
};

/** The end of a complete document. */
type FlexEndEvent = {
  readonly kind: "end";
  readonly statements: number;
  readonly rows: number;
  /** Names of all attributes seen on rows, sorted: what `checkFlexQuery` reads. Empty when there were no rows. */
  readonly columns: readonly string[];
};

/**
 * Rows of a group, and their characters: so few that a group dies young in memory, so many that the steps between groups
 * cost nothing. What is alive when the engine collects the young makes it give them more room, until it has as much as
 * the engine ever takes.
 */
export const flexGroupMax = { rows: 50, length: 8_192 } as const;

/** Bounds of what is read; whatever is above ends in `RESPONSE_TOO_LARGE`. */
export interface FlexLimits {
  /** Of the whole document, after decompression. @defaultValue 4 GiB */
  readonly sizeBytesMax: number;
  /** Rows of all statements together, rows of other levels included. @defaultValue 5,000,000 */
  readonly rowsMax: number;
}

export const defaultFlexLimits: FlexLimits = { sizeBytesMax: 4 * 1024 ** 3, rowsMax: 5_000_000 };
