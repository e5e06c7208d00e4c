import type { AuditEvent } from "../audit-event.ts";
import { digest } from "../digest.ts";
import type { Json } from "../json.ts";
import { MANUAL, reviewState } from "../trade-view.ts";
import type { CommitBatch } from "./commit-batch.ts";
import type { Decided } from "./plan-commit.ts";
import type { TradeRow } from "./plan-types.ts";
import type { TradeReview } from "./review.ts";

/**
 * Pure. Who decided what, each event about one trade at most: so a trade finds its own. Their ids follow from the batch, which
 * may be planned several times until it is written.
 */
export function auditEventsOf(decided: Decided): readonly AuditEvent[] {
  return [...reviewEvents(decided), ...pinEvents(decided), ...undoEvents(decided)];
}

function reviewEvents({ batch, snapshot, review, trades }: Decided): readonly AuditEvent[] {
  const { reviews = [] } = batch;
  if (reviews.length === 0) return [];
  const written = new Map(trades.written.map((trade) => [trade.id, trade]));
  const reviewed = reviews.flatMap((one): AuditEvent[] => {
    const before = snapshot.trades.get(one.tradeId);
    if (before === undefined || !review.tradeIds.has(one.tradeId)) return [];
    const seen = { ...factsOf(before), version: one.version };
    if (one.act === "absorbed") {
      const details = { ...seen, importedTradeId: one.absorption.tradeId };
      return [eventOf(batch, { action: "trade.absorbed", trade: before, details })];
    }
    const moved = { from: reviewState(before.totals), to: reviewState((written.get(one.tradeId) ?? before).totals) };
    const action = one.act === "undo" ? "trade.review_undone" : "trade.reviewed";
    const manual = manualTradesOf(one, review);
    const details = { ...seen, ...moved, ...(manual.length === 0 ? {} : { manualTradeIds: manual }) };
    return [eventOf(batch, { action, trade: before, details })];
  });
  const restored = review.restored.flatMap(({ tradeId, byTradeId }): AuditEvent[] => {
    const trade = written.get(tradeId);
    if (trade === undefined) return [];
    const details = { ...factsOf(trade), importedTradeId: byTradeId };
    return [eventOf(batch, { action: "trade.restored", trade, details })];
  });
  return [...reviewed, ...restored];
}

/** Those that the review absorbs, or that its undo gives back. */
function manualTradesOf(one: TradeReview, { restored }: Decided["review"]): readonly string[] {
  if (one.act === "undo") {
    return restored.filter(({ byTradeId }) => byTradeId === one.tradeId).map(({ tradeId }) => tradeId);
  }
  return one.absorption === undefined ? [] : [one.absorption.tradeId];
}

/** What a person must see of a trade that is another one later, or gone. */
function factsOf({ instrument, side, totals }: TradeRow) {
  return { trade: { symbol: instrument.symbol, side, quantity: totals.quantity } };
}

function pinEvents({ batch, settled, snapshot, trades }: Decided): readonly AuditEvent[] {
  return batch.pins.flatMap(({ familyKey, revisionKey, pinned }): AuditEvent[] => {
    if (pinned !== true) return [];
    const fill = settled.find(({ family }) => family.familyKeys.includes(familyKey));
    const id = fill === undefined ? undefined : trades.tradeIds.get(fill.family.familyKey);
    const trade = id === undefined ? null : (snapshot.trades.get(id) ?? null);
    return [eventOf(batch, { action: "report.pinned", trade, details: { familyKey, revisionKey } })];
  });
}

function undoEvents({ batch, undo }: Decided): readonly AuditEvent[] {
  if (batch.undo === undefined || undo === null) return [];
  const { reversed, kept, blocked, reportCount, cancelCount } = undo.outcome;
  if (reportCount + cancelCount === 0) return [];
  const { id, jobId, connectionId } = batch.undo;
  const fills = { reversed: reversed.length, kept: kept.length, blocked: blocked.length };
  const details = { jobId, ...fills, reports: reportCount, cancels: cancelCount };
  return [{ ...eventOf(batch, { action: "import.undone", trade: null, details }), id, connectionId }];
}

function eventOf(
  { id, at, by, owner }: CommitBatch,
  event: {
    readonly action: AuditEvent["action"];
    readonly trade: Pick<TradeRow, "id" | "connectionId"> | null;
    readonly details: Json;
  },
): AuditEvent {
  const { action, trade, details } = event;
  const connectionId = trade === null || trade.connectionId === MANUAL ? null : trade.connectionId;
  const tradeId = trade?.id ?? null;
  const about = tradeId ?? JSON.stringify(details);
  const eventId = digest(`audit|${id}|${owner}|${action}|${about}`).slice(0, 32);
  return { id: eventId, at, by: by ?? owner, action, connectionId, tradeId, details };
}
