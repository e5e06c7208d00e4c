import type { AuditEvent } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { copyOf, isEqual, sliceOf } from "./memory-slice.ts";
import { type MemoryTables, type OwnerTables, ownerTables } from "./memory-tables.ts";

/** Who changed what; only ever added to. */
export function memoryAudit(tables: MemoryTables): Pick<BookStore, "auditEvents"> {
  return {
    async auditEvents(owner, filter) {
      const { connectionId, tradeId, action } = filter;
      return sliceOf(ownerTables(tables, owner).audit, filter, (event) => {
        const isOfTrade = isEqual(tradeId, event.tradeId);
        return isOfTrade && isEqual(connectionId, event.connectionId) && isEqual(action, event.action);
      });
    },
  };
}

export function writeAudit({ audit }: OwnerTables, event: AuditEvent | undefined): void {
  if (event !== undefined) audit.set(event.id, copyOf(event));
}
