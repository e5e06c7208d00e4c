import type { Decimal } from "../decimal.ts";
import type { CancelFacts, ExecutionFacts, Fee, Instrument } from "../execution.ts";
import type { ReportKeys } from "../identify.ts";
import type { Instant } from "../instant.ts";
import type { Json } from "../json.ts";
import type { Moment } from "../moment.ts";
import type { Absorption } from "./absorption.ts";

/** The owner's decision on a trade: a trade plan, a campaign, or deliberately neither (null). */
export type Link = { readonly tradePlanId: string } | { readonly campaignId: string } | null;

/** One execution as it is stored: facts, keys and where it came from. Never edited. */
export type Report = ExecutionFacts &
  ReportKeys &
  Moment & {
    readonly owner: string;
    readonly connectionId: string;
    readonly jobId: string;
    readonly fetchedAt: Instant;
    readonly contextHash: string;
  };

/** What plans rewrite about a report; the only mutable part. */
export interface Marks {
  readonly canonical: boolean;
  readonly voided: boolean;
  readonly tradeId: string | null;
  /** Chosen by a person among conflicting reports. */
  readonly pinned: boolean;
  /** The undo of its job that took it out of everything that counts, by its event's id; null for a report that was not. */
  readonly undone: string | null;
  /** Set on the one report that stands for its family in a trade; null on all others. */
  readonly fill: Fill | null;
}

/** What a family adds to its trade. */
export interface Fill {
  /** `canceled` adds fees and no quantity. */
  readonly state: "active" | "canceled";
  /** The fees chosen for the whole family; null while unknown. */
  readonly fees: readonly Fee[] | null;
  /** Of the whole order, as the fill's reports say; null while unknown. */
  readonly orderQuantity: Decimal | null;
  /** What a person decided on the fill; null while nobody did. */
  readonly decision: FillDecision | null;
}

interface FillDecision {
  readonly link: Link;
  readonly decidedAt: Instant;
  /** The fill no longer is what its owner saw. */
  readonly stale: boolean;
}

export type StoredReport = Report & Marks;

/** A stored cancel with its keys. */
export type CancelRow = CancelFacts & {
  readonly owner: string;
  readonly cancelKey: string;
  /** The family that a live bust names. */
  readonly familyKey: string | null;
  /** The trade and transaction ids of the row that a statement cancels. */
  readonly aliasKeys: readonly string[];
  readonly connectionId: string;
  readonly jobId: string;
  readonly fetchedAt: Instant;
};

export type StoredCancel = CancelRow & Pick<Marks, "undone">;

/** An owner's decision on one fill. Links follow fills wherever they move. */
export interface Decision {
  /** The fill that was decided on. */
  readonly familyKey: string;
  /** What the person chose. */
  readonly link: Link;
  /** By the book's clock. */
  readonly decidedAt: Instant;
  /** The person, or whoever acted for them (see `forUser`). */
  readonly decidedBy: string;
  /** The canonical report that was on the screen; null when the family was canceled. */
  readonly seenRevisionKey: string | null;
  /** What was suggested then, and why. */
  readonly suggestion: Json;
  /** The decision that this one took the place of: an undo brings it back. Absent and null: none. */
  readonly previous?: PastDecision | null;
  /** Set where an imported trade took the place of a manual one, on the decisions of both. Absent and null: neither. */
  readonly absorption?: Absorption | null;
}

export type PastDecision = Omit<Decision, "familyKey" | "previous">;

/** A record that looks like a fill and cannot be read. */
export interface Reject extends Moment {
  /** From connection, hash of raw, and ordinal. */
  readonly rejectKey: string;
  readonly connectionId: string;
  readonly jobId: string;
  readonly reason: string;
  readonly rawHash: string;
  /** The number that the connector gave the record among its equals; null for a record without one. */
  readonly ordinal: number | null;
  /** The record as it came, or the first 64 kB of its JSON text when larger. */
  readonly raw: Json;
  readonly rawTruncated: boolean;
  readonly contextHash: string;
  readonly fetchedAt: Instant;
}

/** What reading a stored reject again came to. */
export interface Reread {
  readonly rejectKey: string;
  /** The report or cancel that it is now; null when it is still rejected, or is no fill. */
  readonly recordKey: string | null;
  /** Why it still is a reject; null when it is none any more. */
  readonly reason: string | null;
}

/** The last five are of a connection itself, which has one of them at most. */
export const problemKinds = [
  "conflict",
  "unmatched_cancel",
  "ambiguous_identity",
  "reject",
  "schema_drift",
  "coverage_gap",
  "partial_import",
  "warning",
  "needs_reauth",
  "connection_error",
  "broker_failing",
  "pacing",
  "maintenance",
] as const;

type ProblemKind = (typeof problemKinds)[number];

/** Something a person must know. The same `problemKey` is the same problem. */
export interface NewProblem {
  readonly problemKey: string;
  readonly kind: ProblemKind;
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  readonly details: Json;
}

/** A fee sum of one currency; an entry exists while `count` fills have a fee in it. */
export interface FeeTotal {
  readonly currency: string;
  readonly amount: Decimal;
  readonly count: number;
  readonly estimatedCount: number;
}

/** How many fills of a trade carry one decision. */
export interface LinkTotal {
  readonly link: Link;
  readonly decidedAt: Instant;
  readonly count: number;
}

/** A fill that holds an extreme of its trade. */
export interface Edge {
  readonly executedAt: Instant;
  readonly familyKey: string;
}

/** Exact sums over a trade's fills: adding and taking away a fill are inverse, so a large trade is not read again. */
export interface TradeTotals {
  readonly activeCount: number;
  readonly canceledCount: number;
  readonly quantity: Decimal;
  /** Sum of quantity times price. */
  readonly notional: Decimal;
  readonly fees: readonly FeeTotal[];
  readonly unknownFeeCount: number;
  readonly links: readonly LinkTotal[];
  readonly staleCount: number;
  /** Edges are over the active fills, or over the canceled ones when none is active. */
  readonly first: Edge;
  readonly last: Edge;
  /** The order's quantity as its latest fill tells it. */
  readonly orderQuantity: (Edge & { readonly quantity: Decimal }) | null;
}

/** A trade as it is stored. */
export interface TradeRow {
  readonly id: string;
  readonly owner: string;
  readonly broker: string;
  readonly account: string;
  /** The connection that touched it last. */
  readonly connectionId: string;
  readonly orderKey: string;
  /** The best order id its fills carry; null for a fill without any. */
  readonly orderId: string | null;
  readonly instrument: Instrument;
  readonly side: "buy" | "sell";
  readonly totals: TradeTotals;
  readonly version: number;
  readonly lastJobId: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}
