import assert from "node:assert/strict";
import type { AnyConnector, CoveredSpan, Page } from "@fillbook/core/connector";

/** A connector that is watched, and what its pages have told so far. */
export interface WatchedConnector {
  readonly connector: AnyConnector;
  /** Claims of pages whose fills came later than the claim. */
  readonly falseClaims: () => readonly string[];
  readonly claims: () => readonly CoveredSpan[];
}

/** Watches the pages of a connector: a span that is called covered must hold no fill that was not yielded by then. */
export function watchCoverage(connector: AnyConnector): WatchedConnector {
  const claims: (CoveredSpan & { readonly page: number })[] = [];
  const firstSeen = new Map<string, { readonly page: number; readonly executedAt: string }>();
  let pages = 0;
  return {
    connector: {
      ...connector,
      async *pull(request) {
        for await (const page of connector.pull(request)) {
          pages += 1;
          for (const [id, executedAt] of executionsOf(connector, page)) {
            if (!firstSeen.has(id)) firstSeen.set(id, { page: pages, executedAt });
          }
          claims.push(...(page.coverage?.covered ?? []).map((span) => ({ ...span, page: pages })));
          yield page;
        }
      },
    },
    claims: () => claims,
    falseClaims: () =>
      claims.flatMap(({ from, to, page }) =>
        [...firstSeen]
          .filter(([, seen]) => seen.page > page && seen.executedAt >= from && seen.executedAt < to)
          .map(([id]) => `page ${page} claims ${from} to ${to}, but ${id} came later`),
      ),
  };
}

function executionsOf(connector: AnyConnector, page: Page<unknown, unknown, unknown>): readonly [string, string][] {
  return page.records.flatMap(({ raw, ordinal }) => {
    const normalized = connector.normalize(raw, page.context);
    if (normalized.kind !== "execution") return [];
    const { executionId, familyId, executedAt } = normalized.execution;
    const id = executionId ?? familyId ?? `${JSON.stringify(raw)} ${ordinal}`;
    assert.ok(typeof executedAt === "string", "an execution has a time");
    return [[id, executedAt]];
  });
}
