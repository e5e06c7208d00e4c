import type { Alias } from "@fillbook/core/connector";
import type { ConflictSpec, FillSpec, HistorySpec, OrderSpec, Told } from "./hostile-spec.ts";

/** One fill of the market with all the ids that brokers gave it. */
export interface HostileFill {
  readonly spec: FillSpec;
  readonly order: OrderSpec;
  readonly account: string;
  readonly baseId: string;
  readonly tradeId: string;
  readonly conflict: ConflictSpec | null;
  readonly versions: readonly FillVersion[];
  /** History-wide: whether rows carry numbers at all. */
  readonly numbered: boolean;
}

/** What the broker held to be true at one time. */
export interface FillVersion {
  readonly place: number;
  readonly revision: number;
  readonly quantity: string;
  readonly price: string;
  readonly fee: string;
  readonly transactionId: string;
  /** Row number of the cancel that ends this version. */
  readonly cancelId: string;
  readonly canceled: boolean;
  readonly missedBy: readonly Told[];
}

/** The fills of a history: twins spelled out, and copied to the second account with the same ids. */
export function hostileFills(history: HistorySpec): readonly HostileFill[] {
  const copies = history.fills.flatMap((spec, specIndex) =>
    Array.from({ length: spec.twins + 1 }, (_, twin) => ({
      spec,
      specIndex,
      sharesTrade: spec.sharesTrade && twin === 0,
    })),
  );
  return copies.flatMap(({ spec, specIndex, sharesTrade }, index) => {
    const shared = sharesTrade ? history.fills[specIndex - 1] : undefined;
    // Fills that share a trade id are read together: one trade has one instrument and side, one second one order quantity.
    const placed =
      shared === undefined
        ? spec
        : {
            ...spec,
            order: shared.order,
            leg: shared.leg,
            second: shared.second,
            knowsOrderQuantity: shared.knowsOrderQuantity,
          };
    const fill = hostileFill(history, placed, index, shared === undefined ? index : index - 1);
    return spec.copiedToSecondAccount ? [fill, { ...fill, account: "U2" }] : [fill];
  });
}

function hostileFill(history: HistorySpec, spec: FillSpec, index: number, tradeIndex: number): HostileFill {
  const order = history.orders[spec.order] ?? history.orders[0];
  if (order === undefined) throw new RangeError("a history has orders");
  const conflict = index === 0 ? conflictOf(history, spec) : null;
  const first = history.firstRowNumber + 10n * BigInt(index);
  return {
    spec: conflict?.field === "side" ? { ...spec, hasOrder: false } : spec,
    order,
    account: "U1",
    baseId: `0000e0d5.${index}.01`,
    // Trade ids and transaction ids look alike on purpose: they are names in two different lists.
    tradeId: `${history.firstRowNumber + BigInt(tradeIndex)}`,
    conflict,
    numbered: history.numbered,
    versions: spec.revisions.map((revision, place) => {
      const content = spec.contents[place] ?? { quantity: "1", price: "1", fee: "1" };
      const last = place === spec.revisions.length - 1;
      return {
        place,
        revision,
        ...content,
        transactionId: `${first + 2n * BigInt(place)}`,
        cancelId: `${first + 2n * BigInt(place) + 1n}`,
        canceled: last ? spec.end === "canceled" : spec.rebooked[place] === true,
        missedBy: spec.missedBy[place] ?? [],
      };
    }),
  };
}

function conflictOf(history: HistorySpec, spec: FillSpec): ConflictSpec | null {
  if (history.conflict === null) return null;
  // A side that changes between versions or between fills read together would leave open which trade it is.
  const sideIsClear = spec.revisions.length === 1 && !history.fills.some((other) => other.sharesTrade);
  const field = history.conflict.field === "side" && !sideIsClear ? "quantity" : history.conflict.field;
  return { ...history.conflict, field };
}

export function transactionAlias(id: string): Alias {
  return `transaction:${id}`;
}

export function tradeAlias(id: string): Alias {
  return `trade:${id}`;
}
