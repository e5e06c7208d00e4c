import * as z from "zod/mini";
import { type Decimal, isPositive, parseDecimal } from "./decimal.ts";
import { type Instant, parseInstant } from "./instant.ts";
import type { Json } from "./json.ts";
import { orNull } from "./or-null.ts";
import { parsedText } from "./parsed-text.ts";
import { safeParse } from "./safe-parse.ts";
import { textId } from "./text-id.ts";
import { wholeNumber } from "./whole-number.ts";

/** Zod's border into {@link Decimal}: canonical or paddable decimal text; numbers are refused. */
export const decimalSchema = parsedText<Decimal>(parseDecimal, "is not a decimal with at most 24 and 18 digits");

/** Zod's border into {@link Instant}: ISO 8601 text in UTC. */
export const instantSchema = parsedText<Instant>(
  parseInstant,
  'is not a UTC instant between 2000 and 2099, such as instant("2026-01-05T12:00:00Z")',
);

const absentId = orNull(textId);
/** An id that a broker may leave out or write as empty text. */
const optionalId = orNull(z.union([textId, z.literal("")]));
const positiveDecimal = decimalSchema.check(z.refine(isPositive, "is not above zero"));

export const instrumentKinds = [
  "stock",
  "option",
  "future",
  "future-option",
  "forex",
  "crypto",
  "fund",
  "bond",
  "warrant",
  "cfd",
  "other",
] as const;

/** What was traded. Brokers' own spelling stays in `rawSymbol`. */
const instrumentSchema = z.object({
  /** Normalized symbol, such as `BTC/USD` or `AAPL`. */
  symbol: textId,
  /** The symbol exactly as the broker spells it. */
  rawSymbol: textId,
  /**
   * What sort of thing it is; `other` for what the list does not name. It is part of the instrument's identity in
   * statistics.
   */
  kind: z.enum(instrumentKinds),
  /** Currency or asset in which the price is quoted; null while unresolved. */
  currency: absentId,
  /** Asset bought or sold, where the price is a pair. */
  base: absentId,
  /** Where it was traded, in the broker's word; null where it does not say. It describes and identifies nothing. */
  exchange: absentId,
  /** The broker's stable number of the instrument, where it has one. It is the instrument's identity then. */
  conid: absentId,
  /** Units of the underlying per contract; null means one. */
  multiplier: orNull(positiveDecimal),
});
export type Instrument = z.output<typeof instrumentSchema>;

/** One fee, positive for a cost and negative for a rebate. `estimated` marks an amount the broker may still change. */
const feeSchema = z.object({ amount: decimalSchema, currency: textId, estimated: z.optional(z.literal(true)) });
export type Fee = z.output<typeof feeSchema>;

/** The ids of the order that a fill belongs to. Placeholders such as `"0"` may be passed on: core reads them as null. */
const orderIdsSchema = z.object({
  /** Unique for ever at this broker and account. */
  permanentId: optionalId,
  /** Chosen by the person or program that placed it. */
  reference: optionalId,
  /** Of the session or program that placed it; with `orderId` it is unique for a while only. */
  clientId: optionalId,
  /** The number that this session or program gave it. */
  orderId: optionalId,
  /** Quantity of the whole order. */
  quantity: orNull(positiveDecimal),
});
const noOrder = { permanentId: null, reference: null, clientId: null, orderId: null, quantity: null };

/** Other ids of the same row, by which a statement names it: `trade:<id>` and `transaction:<id>`. */
const aliasSchema = z.templateLiteral([z.enum(["trade", "transaction"]), ":", z.string()]).check(
  z.refine((alias) => {
    const id = alias.slice(alias.indexOf(":") + 1);
    return id === "" || safeParse(textId, id).success;
  }, "is not trade:<id> or transaction:<id>"),
);
export type Alias = z.output<typeof aliasSchema>;

/** Which interface said it. Authority 2 is a statement (final), 1 a live interface. */
const sourceSchema = z.object({
  /** The connector's `id`. */
  connector: textId,
  /** 2 for a statement, which is final, 1 for a live interface. Of one revision the greater authority counts. */
  authority: z.union([z.literal(1), z.literal(2)]),
  /** When the broker made this row, where it says so; never when it was fetched. */
  reportedAt: orNull(instantSchema),
});

/** The broker's own number of a row, growing with time (decimal digits); placeholders are read as null. */
const sequenceSchema = orNull(z.string().check(z.regex(/^(?:\d{1,38}|-{1,2}|N\/A|)$/, "is not a row number")));

/** The broker's version number of a fill: a whole number from 0 to 999,999,999. */
const revisionSchema = wholeNumber(0, 999_999_999);

/**
 * One fill as a broker reports it, in canonical form. This is what a connector's `normalize` returns; absent fields may
 * be left out. A stored report is never edited.
 */
export const executionSchema = z.object({
  /** The connector's `broker`. */
  broker: textId,
  /** As the broker spells it. The same fill on two accounts is two fills. */
  account: textId,
  /** `instant`: bought from or sold to the broker itself at once, such as a conversion in its app; there was no order. */
  kind: z._default(z.enum(["order", "instant"]), "order"),
  /** The part of the execution id that all revisions share; null where the row has no execution id. */
  familyId: optionalId,
  /** The broker's version of this fill; 0 where it has none. */
  revision: z._default(revisionSchema, 0),
  /** Exactly as the broker spells it. */
  executionId: optionalId,
  /** When it happened, in UTC, as exactly as the broker says: up to microseconds. */
  executedAt: instantSchema,
  /** What was traded. */
  instrument: instrumentSchema,
  /** As the account's owner sees it: the taker's side of a row is not it. */
  side: z.enum(["buy", "sell"]),
  /** Above zero; the side says the direction. */
  quantity: positiveDecimal,
  /** May be zero or negative (spreads, oil in 2020). */
  price: decimalSchema,
  /** null while unknown, `[]` when known to be none. */
  fees: orNull(z.array(feeSchema).check(z.maxLength(20))),
  /** `row`: each row of a statement carries its own share, so the fill's fee is their sum. */
  feeBasis: z._default(z.enum(["fill", "row"]), "fill"),
  /** Of two rows of one revision and authority the greater one is the later word; null where rows have no number. */
  sequence: sequenceSchema,
  /** By which later rows and cancels name this one. @defaultValue [] */
  aliases: z._default(z.array(aliasSchema).check(z.maxLength(20)), []),
  /** Fills of one order are one trade. @defaultValue none: the fill is a trade of its own */
  order: z._default(orderIdsSchema, noOrder),
  /** Whether it added liquidity or took it; null where the broker does not say. */
  liquidity: orNull(z.enum(["maker", "taker"])),
  /** Who says so, and when. */
  source: sourceSchema,
});

/** {@link executionSchema} without the raw record, which core adds. */
export type ExecutionInput = z.input<typeof executionSchema>;
export type ExecutionFacts = Readonly<z.output<typeof executionSchema>>;

/** One fill as a broker reports it, with the broker's record as it came. */
export type Execution = ExecutionFacts & { readonly raw: Json };

/**
 * A broker's word that a report no longer counts. It names reports by ids; it is not a report and adds no quantity.
 * `familyId` and `revision` name a live bust, `aliases` the row that a statement cancels.
 */
export const cancelSchema = z.object({
  /** As in the execution that it cancels. */
  broker: textId,
  /** As in the execution that it cancels. */
  account: textId,
  /** Of the fill that is taken back; null where only `aliases` name it. */
  familyId: optionalId,
  /** The version that a live bust takes back, and no other; null is 0. */
  revision: orNull(revisionSchema),
  /** The ids of the row it cancels. */
  aliases: z._default(z.array(aliasSchema).check(z.maxLength(20)), []),
  /** Of the canceled row, above zero; null where the cancel does not say. */
  quantity: orNull(positiveDecimal),
  /** Of the canceled row; null where the cancel does not say. */
  price: orNull(decimalSchema),
  /** The row number of the cancel itself. */
  sequence: sequenceSchema,
  /** The cancel row's own fees, added to the fill's. */
  fees: orNull(z.array(feeSchema).check(z.maxLength(20))),
  /** Who says so, and when. */
  source: sourceSchema,
});
export type CancelInput = z.input<typeof cancelSchema>;
export type CancelFacts = Readonly<z.output<typeof cancelSchema>>;
/** The broker's record as it came. */
export type Cancel = CancelFacts & { readonly raw: Json };
