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
  /** An imported trade took the place of a manual one; the undo of that review is the review's. */
  "trade.absorbed",
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
  /** What the action is about: a status before and after, the names of changed settings, a problem's id. */
  readonly details: Json;
}

export interface AuditFilter extends SliceRequest {
  /** Only events about this connection. @defaultValue all, those about none too */
  readonly connectionId?: string;
  /** Only this action. @defaultValue all */
  readonly action?: AuditAction;
}

/** Who acts where no person does. */
export const FILLBOOK = "fillbook";

export function auditEvent(event: Omit<AuditEvent, "id">): AuditEvent {
  return { id: crypto.randomUUID(), ...event };
}
