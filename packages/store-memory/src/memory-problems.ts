import type { ProblemCount } from "@fillbook/core";
import type { BookStore, ConnectionProblem, StoredProblem } from "@fillbook/core/store";
import { writeAudit } from "./memory-audit.ts";
import { copyOf, isEqual, sliceOf } from "./memory-slice.ts";
import { type MemoryTables, type OwnerTables, ownerTables, type RejectRow } from "./memory-tables.ts";

/** What a person resolves, and what waits to be read again. */
export function memoryProblems(
  tables: MemoryTables,
): Pick<BookStore, "resolveProblem" | "problemCounts" | "openRejects"> {
  return {
    async resolveProblem(owner, { id, at, audit }) {
      const own = ownerTables(tables, owner);
      const { problems } = own;
      const known = problems.get(id);
      if (known === undefined) return null;
      const resolved = { ...known, resolvedAt: known.resolvedAt ?? at };
      problems.set(id, resolved);
      if (known.resolvedAt === null && audit !== undefined)
        writeAudit(own, { ...audit, connectionId: known.connectionId });
      return copyOf(resolved);
    },
    async problemCounts(owner, { connectionId }) {
      const open = [...ownerTables(tables, owner).problems.values()].filter((problem) => {
        return problem.resolvedAt === null && isEqual(connectionId, problem.connectionId);
      });
      const counts = new Map<string, ProblemCount>();
      for (const { kind, severity } of open) {
        const name = `${kind} ${severity}`;
        counts.set(name, { kind, severity, count: 1 + (counts.get(name)?.count ?? 0) });
      }
      return [...counts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, count]) => count);
    },
    async openRejects(owner, { connectionId, ...request }) {
      const { rejects, contexts } = ownerTables(tables, owner);
      const { items, next } = sliceOf(
        rejects,
        request,
        (reject) => reject.connectionId === connectionId && reject.resolvedAt === null,
      );
      const hashes = [...new Set(items.map((reject) => reject.contextHash))].sort();
      const named = hashes.map((contextHash) => ({ contextHash, context: contexts.get(contextHash) ?? null }));
      return { items: items.map(rejectOf), next, contexts: copyOf(named) };
    },
  };
}

/** The problem of a connection itself opens, changes its kind, or is over. */
export function settleProblem(
  { problems }: OwnerTables,
  { opens, resolves }: ConnectionProblem,
  from: Pick<StoredProblem, "userId" | "connectionId" | "jobId" | "openedAt">,
): void {
  const over = resolves === undefined ? undefined : problems.get(resolves);
  if (over !== undefined) problems.set(over.id, { ...over, resolvedAt: over.resolvedAt ?? from.openedAt });
  if (opens === undefined) return;
  const known = problems.get(opens.problemKey);
  if (known !== undefined && known.resolvedAt === null && known.kind === opens.kind) return;
  problems.set(opens.problemKey, { ...opens, ...from, id: opens.problemKey, resolvedAt: null });
}

function rejectOf({ resolvedAt: _resolvedAt, resolvedJobId: _resolvedJobId, ...reject }: RejectRow) {
  return reject;
}
