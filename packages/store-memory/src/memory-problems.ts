import type { BookStore } from "@fillbook/core/store";
import { copyOf, sliceOf } from "./memory-slice.ts";
import { type MemoryTables, ownerTables, type RejectRow } from "./memory-tables.ts";

/** What a person resolves, and what waits to be read again. */
export function memoryProblems(tables: MemoryTables): Pick<BookStore, "resolveProblem" | "openRejects"> {
  return {
    async resolveProblem(owner, { id, at }) {
      const { problems } = ownerTables(tables, owner);
      const known = problems.get(id);
      if (known === undefined) return null;
      const resolved = { ...known, resolvedAt: known.resolvedAt ?? at };
      problems.set(id, resolved);
      return copyOf(resolved);
    },
    async openRejects(owner, { connectionId, ...request }) {
      const { rejects, contexts } = ownerTables(tables, owner);
      const open = [...rejects.values()].filter(
        (reject) => reject.connectionId === connectionId && reject.resolvedAt === null,
      );
      const { items, next } = sliceOf(open, request, (reject) => ({ at: reject.fetchedAt, id: reject.rejectKey }));
      const hashes = [...new Set(items.map((reject) => reject.contextHash))].sort();
      const named = hashes.map((contextHash) => ({ contextHash, context: contexts.get(contextHash) ?? null }));
      return { items: items.map(rejectOf), next, contexts: copyOf(named) };
    },
  };
}

function rejectOf({ resolvedAt: _resolvedAt, resolvedJobId: _resolvedJobId, ...reject }: RejectRow) {
  return reject;
}
