import type { ExecutionInput } from "@fillbook/core/connector";
import { type FillVersion, type HostileFill, tradeAlias, transactionAlias } from "./hostile-fill.ts";
import type { ConflictSpec, Told } from "./hostile-spec.ts";

type FeeState = "unknown" | "none" | "estimated" | "known";

// Four seconds around midnight, so that an order's reference stands on two days.
const SECONDS = ["2025-09-11T23:59:58", "2025-09-11T23:59:59", "2025-09-12T00:00:00", "2025-09-12T00:00:01"];
// By second, so that fills of one time never disagree about it.
const ORDER_QUANTITIES = ["5", "103.50", "2.5", "1"];
const INSTRUMENTS = [
  { symbol: "AAPL", rawSymbol: "AAPL", kind: "stock", currency: "USD", conid: "265598" },
  { symbol: "AAPL", rawSymbol: "AAPL", kind: "stock", currency: "EUR", conid: "38708077" },
  { symbol: "BTC/USD", rawSymbol: "XXBTZUSD", kind: "crypto", currency: "USD" },
  { symbol: "CL", rawSymbol: "CLZ5", kind: "future", currency: "USD", conid: "174230596" },
] as const;

/** All that the interfaces say of a fill, but the rows without any id. */
export function hostileRows(fill: HostileFill): readonly ExecutionInput[] {
  const { spec } = fill;
  const rows = fill.versions.flatMap((version) => [
    ...tell(fill, version, "live").flatMap((row) => spec.liveFees.map((state) => liveRow(fill, version, row, state))),
    ...tell(fill, version, "statement").flatMap((row) =>
      spec.statementFees.map((state) => statementRow(fill, version, row, state)),
    ),
    ...tell(fill, version, "confirmation").map((row) => confirmationRow(fill, version, row)),
    ...tell(fill, version, "weak").flatMap((row) => spec.weakKinds.map((kind) => weakRow(fill, version, row, kind))),
  ]);
  const disputed = rows.find((row) => row.feeBasis === "row" && row.familyId != null) ?? rows[0];
  return disputed === undefined || fill.conflict === null ? rows : [...rows, contradiction(fill.conflict, disputed)];
}

/** The row of the last told version in a template that has no id at all. */
export function idlessRow(fill: HostileFill): readonly ExecutionInput[] {
  const rows = fill.versions.flatMap((version) => tell(fill, version, "idless").map((row) => ({ row, version })));
  return rows.slice(-1).map(({ row, version }) => ({
    ...row,
    executionId: fill.spec.placeholder,
    aliases: [tradeAlias(fill.spec.placeholder), transactionAlias("N/A")],
    fees: fees(fill, version, "known"),
    source: { connector: "statement-without-ids", authority: 2 },
  }));
}

function liveRow(fill: HostileFill, version: FillVersion, row: ExecutionInput, state: FeeState): ExecutionInput {
  return {
    ...row,
    ...executionIds(fill, version),
    executedAt: `${row.executedAt.slice(0, 19)}.${String(fill.spec.micros).padStart(6, "0")}Z`,
    fees: fees(fill, version, state),
    source: { connector: "live", authority: 1 },
  };
}

function statementRow(fill: HostileFill, version: FillVersion, row: ExecutionInput, state: FeeState): ExecutionInput {
  return {
    ...row,
    ...executionIds(fill, version),
    ...rowNumber(fill, version),
    aliases: [transactionAlias(version.transactionId), tradeAlias(fill.tradeId)],
    feeBasis: "row",
    fees: fees(fill, version, state),
    source: { connector: "statement", authority: 2, reportedAt: `2025-09-1${3 + version.place}T06:00:00Z` },
  };
}

function confirmationRow(fill: HostileFill, version: FillVersion, row: ExecutionInput): ExecutionInput {
  return {
    ...row,
    ...executionIds(fill, version),
    aliases: [tradeAlias(fill.tradeId)],
    feeBasis: fill.spec.confirmationBasis,
    fees: fees(fill, version, fill.spec.padded ? "known" : "estimated"),
    source: { connector: "confirmation", authority: 2, reportedAt: `2025-09-12T0${1 + version.place}:00:00Z` },
  };
}

function weakRow(
  fill: HostileFill,
  version: FillVersion,
  row: ExecutionInput,
  kind: "trade" | "transaction" | "both",
): ExecutionInput {
  const transaction = transactionAlias(version.transactionId);
  const place = ["trade", "transaction", "both"].indexOf(kind);
  return {
    ...row,
    familyId: fill.spec.placeholder,
    executionId: fill.spec.placeholder,
    revision: fill.spec.weakTellsRevision ? version.revision : 0,
    ...(kind === "trade" ? {} : rowNumber(fill, version)),
    aliases: {
      trade: [tradeAlias(fill.tradeId), transactionAlias(fill.spec.placeholder)],
      transaction: [transaction],
      both: [tradeAlias(fill.tradeId), transaction],
    }[kind],
    feeBasis: "row",
    fees: fees(fill, version, "known"),
    source: { connector: "weak", authority: 2, reportedAt: `2025-09-1${5 + version.place}T0${place}:00:00Z` },
  };
}

/** What every interface would say alike; empty when this one does not tell the version. */
function tell(fill: HostileFill, version: FillVersion, told: Told): ExecutionInput[] {
  const { spec, order } = fill;
  if (!spec.toldBy.includes(told) || version.missedBy.includes(told)) return [];
  const leg = order.legs[spec.leg] ?? order.legs[0];
  const ids = spec.hasOrder ? order.idsToldBy[told] : [];
  const quantity = spec.knowsOrderQuantity ? { quantity: ORDER_QUANTITIES[spec.second] ?? "1" } : {};
  const named = (id: string): string => (spec.orderMoves && told === "statement" ? `${id}-moved` : id);
  const row: ExecutionInput = {
    broker: "ibkr",
    account: fill.account,
    executedAt: `${SECONDS[spec.second] ?? SECONDS[0]}Z`,
    instrument: INSTRUMENTS[leg?.instrument ?? 0] ?? INSTRUMENTS[0],
    side: leg?.side ?? "buy",
    quantity: written(version.quantity, spec.padded && told === "statement"),
    price: written(version.price, spec.padded && told !== "live"),
    order: {
      permanentId: ids.includes("permanentId") ? named(order.permanentId) : spec.placeholder,
      reference: ids.includes("reference") ? named(order.reference) : spec.placeholder,
      clientId: ids.includes("client") ? order.clientId : spec.placeholder,
      orderId: ids.includes("client") ? order.orderId : "2147483647",
      ...quantity,
    },
    source: { connector: told, authority: 2 },
  };
  return [row];
}

function executionIds(fill: HostileFill, { revision }: FillVersion): Partial<ExecutionInput> {
  return {
    familyId: fill.baseId,
    revision,
    executionId: `${fill.baseId}.${String(revision).padStart(2, "0")}`,
  };
}

function rowNumber(fill: HostileFill, version: FillVersion): Partial<ExecutionInput> {
  return { sequence: fill.numbered ? version.transactionId : fill.spec.placeholder.trim() };
}

function fees(
  { spec }: HostileFill,
  version: FillVersion,
  state: FeeState,
): NonNullable<ExecutionInput["fees"]> | null {
  if (state === "unknown") return null;
  if (state === "none") return [];
  const fee = { amount: version.fee, currency: spec.currency };
  return [state === "known" ? fee : { amount: "0.99", currency: spec.currency, estimated: true }];
}

function contradiction({ field, tied }: ConflictSpec, row: ExecutionInput): ExecutionInput {
  const reportedAt = tied ? (row.source.reportedAt ?? null) : "2025-09-30T00:00:00Z";
  const retold = { ...row, source: { ...row.source, reportedAt } };
  if (field === "quantity") return { ...retold, quantity: "77" };
  if (field === "price") return { ...retold, price: "77" };
  if (field === "side") return { ...retold, side: row.side === "buy" ? "sell" : "buy" };
  return { ...retold, fees: [{ amount: "77", currency: "USD" }] };
}

function written(text: string, padded: boolean): string {
  if (!padded) return text;
  return text.includes(".") ? `${text}0` : `${text}.00`;
}
