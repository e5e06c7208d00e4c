import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";
import type { SliceRequest } from "./read-types.ts";

export const auditActions = [
  "connection.connected",
  "connection.reconnected",
  "connection.disconnected",
  "connection.updated",
  /** A run found that the connection works again, or no longer. */
  "connection.status",
  /** The vault's newest key sealed the credentials again. */
  "credentials.resealed",
  "problem.resolved",
  /** A person chose among contradicting reports of one fill. */
  "report.pinned",
  /** A part of what a job had imported, up to 200 records at once. */
  "import.undone",
  "trade.reviewed",
  /** A trade's last decision was taken back; one that has none writes nothing. */
  "trade.review_undone",
  /** An imported trade took the place of this manual one, and is reviewed by it: its own event is `trade.reviewed`. */
  "trade.absorbed",
  /** The manual trade counts again, because that review was undone. */
  "trade.restored",
] as const;

export type AuditAction = (typeof auditActions)[number];

/** Who changed what, and when. Written with the change or not at all, and never changed afterwards. Holds no secret. */
export interface AuditEvent {
  readonly id: string;
  readonly at: Instant;
  /** The person, or whoever acted for them (see `forUser`); `fillbook` for what runs and key rotations do. */
  readonly by: string;
  readonly action: AuditAction;
  readonly connectionId: string | null;
  /**
   * The one trade that it is about, as it was called then; null where it is about none, or about a whole import. A trade
   * whose fills all moved to another one is not there any more, and its events stay under its id.
   */
  readonly tradeId: string | null;
  /**
   * What the action is about: a status before and after, the names of changed settings, a problem's id. Of a review: `trade`
   * as it was, the `version` that was seen, `from` and `to` (each with `inbox` and `link`), and the manual trades that it
   * absorbed or gave back.
   */
  readonly details: Json;
}

export interface AuditFilter extends SliceRequest {
  readonly connectionId?: string;
  readonly tradeId?: string;
  readonly action?: AuditAction;
}

/** Who acts where no person does. */
export const FILLBOOK = "fillbook";

/** An event of something else than a trade: those are the plan's. */
export function auditEvent(event: Omit<AuditEvent, "id" | "tradeId">): AuditEvent {
  return { id: crypto.randomUUID(), tradeId: null, ...event };
}
