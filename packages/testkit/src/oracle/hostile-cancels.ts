import type { CancelInput } from "@fillbook/core/connector";
import { type FillVersion, type HostileFill, tradeAlias, transactionAlias } from "./hostile-fill.ts";
import type { HistorySpec } from "./hostile-spec.ts";

/** The cancels and busts of a fill; `sharedTrades` says that fills of this history share a trade id. */
export function hostileCancels(fill: HostileFill, { sharedTrades }: { sharedTrades: boolean }): readonly CancelInput[] {
  const canceled = fill.versions.filter((version) => version.canceled);
  const cancels = canceled.map((version, place) => {
    // Cancel rows without a number cannot be told apart, so only one of them may carry a fee.
    const mayCarryFee = isNumbered(fill) || (place === 0 && !sharedTrades);
    return statementCancel(fill, version, mayCarryFee ? fill.spec.cancel.fee : null);
  });
  const last = fill.versions.at(-1);
  return fill.spec.end === "busted" && last !== undefined ? [...cancels, liveBust(fill, last)] : cancels;
}

/** Cancels that no report of any history answers to. */
export function strayCancels(kinds: HistorySpec["strayCancels"]): readonly CancelInput[] {
  const common = { broker: "ibkr", account: "U1", source: { connector: "statement", authority: 2 as const } };
  const strays = {
    trade: { ...common, aliases: [tradeAlias("never")], sequence: "900", quantity: "1", price: "10" },
    transaction: { ...common, aliases: [transactionAlias("never"), tradeAlias("never")], sequence: "901" },
    bust: { ...common, familyId: "0000e0d5.never.01", revision: 1 },
    nameless: { ...common, familyId: "N/A", aliases: [tradeAlias("0"), transactionAlias("")], sequence: "902" },
  } satisfies Record<string, CancelInput>;
  return kinds.map((kind) => strays[kind]);
}

function statementCancel(fill: HostileFill, version: FillVersion, fee: string | null): CancelInput {
  const { by, tellsAmounts } = fill.spec.cancel;
  const byTransaction = by === "trade" ? "N/A" : version.transactionId;
  const byTrade = by === "transaction" ? fill.spec.placeholder : fill.tradeId;
  return {
    broker: "ibkr",
    account: fill.account,
    familyId: fill.spec.placeholder,
    aliases: [tradeAlias(byTrade), transactionAlias(byTransaction)],
    ...(tellsAmounts ? { quantity: version.quantity, price: version.price } : {}),
    sequence: isNumbered(fill) ? version.cancelId : null,
    fees: fee === null ? null : [{ amount: fee, currency: fill.spec.currency }],
    source: { connector: "statement", authority: 2 },
  };
}

function liveBust(fill: HostileFill, version: FillVersion): CancelInput {
  return {
    broker: "ibkr",
    account: fill.account,
    familyId: fill.baseId,
    ...(fill.spec.bust.revision === "told" ? { revision: version.revision } : {}),
    // A number below the statement's row leaves that row alone.
    ...(fill.spec.bust.numbered && fill.numbered ? { sequence: version.transactionId } : {}),
    source: { connector: "live", authority: 1 },
  };
}

function isNumbered(fill: HostileFill): boolean {
  return fill.numbered && fill.spec.cancel.numbered;
}
