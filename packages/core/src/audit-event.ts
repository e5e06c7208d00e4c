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
  /** Unique among all events. */
  readonly id: string;
  /** When it was done. */
  readonly at: Instant;
  /** The person, or whoever acted for them (see `forUser`); `fillbook` for what runs and key rotations do. */
  readonly by: string;
  /** What was done, as `thing.verb`. */
  readonly action: AuditAction;
  /** null for what is about no connection, such as a trade entered by hand. */
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
  /** Only events about this connection. @defaultValue all, those about none too */
  readonly connectionId?: string;
  /** Only events about this trade. @defaultValue all */
  readonly tradeId?: string;
  /** Only this action. @defaultValue all */
  readonly action?: AuditAction;
}

/** Who acts where no person does. */
export const FILLBOOK = "fillbook";

/** An event of something else than a trade: those are the plan's. */
export function auditEvent(event: Omit<AuditEvent, "id" | "tradeId">): AuditEvent {
  return { id: crypto.randomUUID(), tradeId: null, ...event };
}
