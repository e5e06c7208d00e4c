import type { AuditEvent, AuditFilter } from "./audit-event.ts";
import { auditFilterSchema } from "./list-filters.ts";
import { parseOptions } from "./parse-options.ts";
import type { Slice } from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";

/** Who changed what. */
export interface UserAudit {
  /**
   * Changes of this person's connections, credentials and problems, and what was decided about trades, newest first. There is
   * no way to change them; `prune` deletes old ones.
   *
   * @example
   * const { items } = await user.auditEvents({ tradeId: trade.id }); // reviews, their undo, pins
   */
  auditEvents(filter?: AuditFilter): Promise<Slice<AuditEvent>>;
}

export function userAudit({
  userId,
  store,
}: {
  readonly userId: string;
  readonly store: Pick<BookStore, "auditEvents">;
}): UserAudit {
  return { auditEvents: async (filter = {}) => store.auditEvents(userId, parseOptions(auditFilterSchema, filter)) };
}
