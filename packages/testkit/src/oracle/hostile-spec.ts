import fc from "fast-check";

export type Told = "live" | "statement" | "confirmation" | "weak" | "idless";
type OrderIdKind = "permanentId" | "reference" | "client";

/** An order as the market sees it; each interface tells only some of its ids. */
export interface OrderSpec {
  readonly permanentId: string;
  readonly reference: string;
  readonly clientId: string;
  readonly orderId: string;
  readonly idsToldBy: Readonly<Record<Told, readonly OrderIdKind[]>>;
  /** A combo's legs share the order's ids. */
  readonly legs: readonly { readonly instrument: number; readonly side: "buy" | "sell" }[];
}

interface CancelSpec {
  readonly by: "transaction" | "trade" | "both";
  readonly numbered: boolean;
  readonly tellsAmounts: boolean;
  readonly fee: string | null;
}

export interface FillSpec {
  readonly order: number;
  readonly leg: number;
  readonly second: number;
  readonly micros: number;
  /** Further fills that are equal in all but their ids. */
  readonly twins: number;
  readonly copiedToSecondAccount: boolean;
  /** Uses the trade id of the fill before it, as no broker should. */
  readonly sharesTrade: boolean;
  readonly hasOrder: boolean;
  /** Statements name another order than live reports did. */
  readonly orderMoves: boolean;
  readonly knowsOrderQuantity: boolean;
  readonly revisions: readonly number[];
  readonly contents: readonly { readonly quantity: string; readonly price: string; readonly fee: string }[];
  readonly currency: string;
  readonly toldBy: readonly Told[];
  /** By place in `revisions`: which interfaces miss that version. */
  readonly missedBy: readonly (readonly Told[])[];
  readonly rebooked: readonly boolean[];
  readonly end: "stays" | "canceled" | "busted";
  readonly cancel: CancelSpec;
  readonly bust: { readonly revision: "told" | "absent"; readonly numbered: boolean };
  readonly liveFees: readonly ("unknown" | "estimated" | "known")[];
  readonly statementFees: readonly ("unknown" | "none" | "estimated" | "known")[];
  readonly confirmationBasis: "fill" | "row";
  readonly weakKinds: readonly ("trade" | "transaction" | "both")[];
  readonly weakTellsRevision: boolean;
  readonly placeholder: string;
  readonly padded: boolean;
}

/** A second report that cannot be true beside the first; tied: nothing ranks one above the other. */
export interface ConflictSpec {
  readonly field: "quantity" | "price" | "fee" | "side";
  readonly tied: boolean;
}

export interface HistorySpec {
  readonly orders: readonly OrderSpec[];
  readonly fills: readonly FillSpec[];
  /** Of the first fill only: each tied conflict doubles the books that are true. */
  readonly conflict: ConflictSpec | null;
  /** Whether this broker numbers its rows; mixed tellings of one row would have no common id. */
  readonly numbered: boolean;
  readonly firstRowNumber: bigint;
  readonly strayCancels: readonly ("trade" | "transaction" | "bust" | "nameless")[];
}

const interfaces: Told[] = ["live", "statement", "confirmation", "weak", "idless"];
const idKinds: OrderIdKind[] = ["permanentId", "reference", "client"];
const quantities = ["1", "2.50", "0.1", "100", "3", "1143.28313142"];
const prices = ["10", "10.00", "0", "-37.63", "0.000000000000000001", "30.3074532", "7"];
const feeAmounts = ["1", "1.50", "-0.25", "6", "0.000000000000000001"];

const someIds = fc.subarray(idKinds);

const orderSpec: fc.Arbitrary<OrderSpec> = fc.record({
  permanentId: fc.constantFrom("p1", "p2"),
  reference: fc.constantFrom("ref-1", "ref-2"),
  clientId: fc.constantFrom("7", "8", "0"),
  orderId: fc.constantFrom("11", "12", "2147483647"),
  idsToldBy: fc.record({ live: someIds, statement: someIds, confirmation: someIds, weak: someIds, idless: someIds }),
  legs: fc.array(fc.record({ instrument: fc.nat(3), side: fc.constantFrom("buy", "sell") }), {
    minLength: 1,
    maxLength: 2,
  }),
});

const fillSpec: fc.Arbitrary<FillSpec> = fc.record({
  order: fc.nat(2),
  leg: fc.nat(1),
  second: fc.nat(3),
  micros: fc.nat(999_999),
  twins: fc.constantFrom(0, 0, 0, 0, 1, 2),
  copiedToSecondAccount: rarely(3),
  sharesTrade: rarely(8),
  hasOrder: fc.constantFrom(true, true, true, false),
  orderMoves: rarely(4),
  knowsOrderQuantity: fc.boolean(),
  revisions: fc.constantFrom([1], [1], [1, 2], [9, 10], [1, 2, 9], [2, 10]),
  contents: fc.array(
    fc.record({
      quantity: fc.constantFrom(...quantities),
      price: fc.constantFrom(...prices),
      fee: fc.constantFrom(...feeAmounts),
    }),
    { minLength: 3, maxLength: 3 },
  ),
  currency: fc.constantFrom("USD", "USD", "EUR"),
  toldBy: fc.oneof(
    fc.subarray(interfaces, { minLength: 1 }),
    fc.constantFrom<Told[][]>(["live", "statement"], ["weak"]),
  ),
  missedBy: fc.array(
    fc.oneof({ weight: 2, arbitrary: fc.constant<Told[]>([]) }, { weight: 1, arbitrary: fc.subarray(interfaces) }),
    { minLength: 3, maxLength: 3 },
  ),
  rebooked: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  end: fc.constantFrom("stays", "stays", "stays", "canceled", "busted"),
  cancel: fc.record({
    by: fc.constantFrom("transaction", "trade", "both"),
    numbered: fc.constantFrom(true, true, false),
    tellsAmounts: fc.constantFrom(true, true, false),
    fee: fc.constantFrom(null, "0", "0.75"),
  }),
  bust: fc.record({
    revision: fc.constantFrom("told", "told", "told", "absent"),
    numbered: rarely(4),
  }),
  liveFees: fc.subarray(["unknown", "estimated", "known"], { minLength: 1 }),
  statementFees: fc.constantFrom<FillSpec["statementFees"][]>(
    ["known"],
    ["known"],
    ["unknown"],
    ["none"],
    ["estimated"],
    ["unknown", "estimated", "known"],
  ),
  confirmationBasis: fc.constantFrom("fill", "row"),
  weakKinds: fc.constantFrom(["trade"], ["transaction"], ["both"], ["trade", "transaction", "both"]),
  weakTellsRevision: fc.boolean(),
  placeholder: fc.constantFrom("", "0", "-", "--", "N/A", " "),
  padded: fc.boolean(),
});

/** What a hostile history is made of; kept apart from its records so that a failing one shrinks to few fills. */
export const historySpec: fc.Arbitrary<HistorySpec> = fc.record({
  orders: fc.array(orderSpec, { minLength: 3, maxLength: 3 }),
  fills: fc.array(fillSpec, { minLength: 1, maxLength: 5 }),
  conflict: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.record({ field: fc.constantFrom("quantity", "price", "fee", "side"), tied: fc.boolean() }),
    },
  ),
  numbered: fc.constantFrom(true, true, false),
  // Near 100 the text order of numbers is wrong; above 2^53 a double is.
  firstRowNumber: fc.constantFrom(97n, 97n, 9007199254740991n, 99999999999999999999999997n),
  strayCancels: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.subarray<HistorySpec["strayCancels"][number]>(["trade", "transaction", "bust", "nameless"]),
    },
  ),
});

function rarely(oneIn: number): fc.Arbitrary<boolean> {
  return fc.nat(oneIn - 1).map((number) => number === oneIn - 1);
}
