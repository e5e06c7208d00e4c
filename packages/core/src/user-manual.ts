import * as z from "zod/mini";
import type { AnyConnector } from "./connector-contract.ts";
import { digest } from "./digest.ts";
import { decimalSchema, executionSchema, instantSchema } from "./execution.ts";
import { ImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import { canonicalJson, type Json } from "./json.ts";
import { addRecord, type BatchParts, noParts } from "./page-batch.ts";
import { parseOptions } from "./parse-options.ts";
import type { CommitBatch } from "./plan/commit-batch.ts";
import type { Link } from "./plan/plan-types.ts";
import { newTradeId } from "./plan/trade-targets.ts";
import type { StoredExecution, Trade } from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";
import { textId } from "./text-id.ts";
import { tradeOf } from "./trade-of.ts";
import { MANUAL } from "./trade-view.ts";
import { commitDecision, linkSchema, type ReviewParts } from "./user-review.ts";

/** A trade that a person enters, one fill. Amounts are decimal text. */
export type ManualTrade = z.input<typeof manualSchema>;
/** What may be changed of one; what is left out stays. */
export type ManualTradeUpdate = z.input<typeof updateSchema>;

/** Trades that no broker tells of: they stand beside the imported ones in every list but the inbox, and in statistics. */
export interface UserManualTrades {
  /**
   * @throws ImportError `OPTION_INVALID` naming the field: the same rules hold as for a broker's executions.
   * @example
   * await user.addTrade({ symbol: "AAPL", kind: "stock", currency: "USD", side: "buy", quantity: "10", price: "150", executedAt });
   */
  addTrade(trade: ManualTrade): Promise<Trade>;
  /** @throws ImportError `TRADE_CHANGED`, `TRADE_NOT_FOUND` (also for imported trades), `OPTION_INVALID`. */
  updateTrade(update: ManualTradeUpdate): Promise<Trade>;
  /** It is in no list and no statistics any more. @throws ImportError `TRADE_CHANGED`, `TRADE_NOT_FOUND`. */
  removeTrade(trade: { readonly id: string; readonly version: number }): Promise<void>;
}

const { instrument, side, quantity, fees } = executionSchema.shape;
const { kind, currency, base, exchange, conid, multiplier } = instrument.shape;
const facts = {
  symbol: textId,
  ...{ kind, currency, base, exchange, conid, multiplier, side, quantity, fees },
  price: decimalSchema,
  executedAt: instantSchema,
};
const manualSchema = z.strictObject({
  ...facts,
  /** Any name of the person's own. @defaultValue "manual" */
  account: z._default(textId, MANUAL),
  /** What it is linked to at once. @defaultValue null: to nothing */
  link: z._default(linkSchema, null),
});
const seen = { id: textId, version: z.int().check(z.positive()) };
const removeSchema = z.strictObject(seen);
const updateSchema = z.strictObject({
  ...seen,
  ...z.partial(z.strictObject(facts)).shape,
  /** Another decision; left out, it stays. */
  link: z.optional(linkSchema),
});

export interface ManualParts extends Pick<ReviewParts, "userId" | "actor" | "clock"> {
  readonly store: Pick<BookStore, "trade" | "executions" | "commit">;
}

export function userManualTrades(parts: ManualParts): UserManualTrades {
  return {
    async addTrade(trade) {
      const { account, link, ...given } = parseOptions(manualSchema, trade);
      const id = crypto.randomUUID();
      const records = recordsOf(parts, {
        kind: "execution",
        execution: executionOf(given, { id, account, revision: 0 }),
      });
      const [report] = records.reports;
      const batch = { id: `manual/${id}`, ...records, decisions: decided(parts, records, link) };
      await commitDecision(parts, { accounts: [{ broker: MANUAL, account }], ...batch });
      return tradeOf(parts, newTradeId({ ...batch, owner: parts.userId }, report?.orderKey?.text ?? ""));
    },
    async updateTrade(update) {
      const { id, version, link, ...changes } = parseOptions(updateSchema, update);
      const { trade, execution } = await manualTrade(parts, id);
      // Only what was given: a field that is left out is not a field that is taken away.
      const given = Object.fromEntries(Object.entries(changes).filter(([name]) => name in update));
      if (given.fees === null && execution.fees !== null)
        throw new ImportError("OPTION_INVALID", "invalid option fees: known ones cannot become unknown; [] says none");
      const revision = execution.revision + 1;
      const { account, familyId } = execution;
      const next = executionOf({ ...factsOf(execution), ...given }, { id: familyId ?? "", account, revision });
      const records = recordsOf(parts, { kind: "execution", execution: next });
      const batch = { ...records, decisions: decided(parts, records, link === undefined ? trade.link : link) };
      await commitDecision(parts, { accounts: [trade], expects: [{ tradeId: id, version }], ...batch });
      return tradeOf(parts, id);
    },
    async removeTrade(request) {
      const { id, version } = parseOptions(removeSchema, request);
      const { trade, execution } = await manualTrade(parts, id);
      const { broker, account, familyId, revision, quantity, price, source } = execution;
      // A cancel of the last revision alone would bring the one before it back.
      const cancels = Array.from({ length: revision + 1 }, (_, index): Json => {
        const cancel = { broker, account, familyId, revision: index, quantity, price, source };
        return { kind: "cancel", cancel };
      });
      const records = recordsOf(parts, ...cancels);
      await commitDecision(parts, { accounts: [trade], expects: [{ tradeId: id, version }], ...records });
    },
  };
}

type Given = Omit<z.output<typeof manualSchema>, "account" | "link">;

function executionOf(
  given: Given,
  of: { readonly id: string; readonly account: string; readonly revision: number },
): Json {
  const { symbol, kind, currency, base, exchange, conid, multiplier, ...rest } = given;
  return {
    ...{ broker: MANUAL, account: of.account, familyId: of.id, revision: of.revision, executionId: of.id },
    instrument: { symbol, rawSymbol: symbol, kind, currency, base, exchange, conid, multiplier },
    // The order is the trade's name: it keeps it whatever else of it changes.
    order: { permanentId: of.id, quantity: rest.quantity },
    ...{ side: rest.side, quantity: rest.quantity, price: rest.price, executedAt: rest.executedAt },
    fees: rest.fees?.map(({ amount, currency }) => ({ amount, currency })) ?? null,
    source: { connector: MANUAL, authority: 1 },
  };
}

function factsOf({ instrument, side, quantity, price, fees, executedAt }: StoredExecution): Given {
  const { rawSymbol: _rawSymbol, ...traded } = instrument;
  return { ...traded, side, quantity, price, fees, executedAt };
}

/** The same path as a broker's records take: what a person enters is checked and identified by the same rules. */
const reader = {
  ...{ id: MANUAL, broker: MANUAL, contract: 1 },
  normalize: (raw: Json) => raw,
} as unknown as AnyConnector;

const contextHash = digest(canonicalJson(null));

function recordsOf(
  { userId, clock }: ManualParts,
  ...raws: readonly Json[]
): BatchParts & Pick<CommitBatch, "contexts"> {
  const parts = noParts();
  const fetchedAt = instantFromUnixMs(clock.now());
  const from = { connectionId: MANUAL, jobId: MANUAL, contextHash };
  const origin = { owner: userId, ...from, fetchedAt, firstReportedAt: null };
  for (const raw of raws) addRecord(parts, { raw }, { connector: reader, context: null, origin });
  const [reject] = parts.rejects;
  if (reject !== undefined) throw new ImportError("OPTION_INVALID", `invalid option ${reject.reason}`);
  return { ...parts, contexts: [{ contextHash, context: null }] };
}

/** Its owner decided when entering it: a manual trade never waits for review. */
function decided({ actor, clock }: ManualParts, { reports }: BatchParts, link: Link): CommitBatch["decisions"] {
  const decidedAt = instantFromUnixMs(clock.now());
  return reports.map(({ familyKey, revisionKey }) => {
    return { familyKey, link, decidedAt, decidedBy: actor, seenRevisionKey: revisionKey, suggestion: null };
  });
}

async function manualTrade(
  parts: ManualParts,
  id: string,
): Promise<{ readonly trade: Trade; readonly execution: StoredExecution }> {
  const trade = await tradeOf(parts, id);
  const { items } = await parts.store.executions(parts.userId, { tradeId: id, canonical: true, limit: 1 });
  const [execution] = items;
  if (trade.source === MANUAL && execution !== undefined) return { trade, execution };
  throw new ImportError("TRADE_NOT_FOUND", `there is no manual trade ${id}`);
}
