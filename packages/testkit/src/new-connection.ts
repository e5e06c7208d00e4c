import { randomUUID } from "node:crypto";
import { type Connection, instant } from "@fillbook/core";
import type { NewConnection } from "@fillbook/core/store";

type Details = Partial<Pick<NewConnection, "sealed" | "cursor" | "sole" | "audit">> & {
  readonly connection?: Partial<Omit<Connection, "openProblems">>;
};

/** What makes an active connection of account `A1` that is due on 2026-01-01, with these details; one beside others. */
export function newConnection({ connection, ...rest }: Details = {}): NewConnection {
  const now = instant("2026-01-01T00:00:00Z");
  return {
    connection: {
      ...{ id: randomUUID(), userId: "owner", connector: "scripted", broker: "scripted", accountRef: "A1" },
      ...{ label: null, settings: {}, status: "active", health: "ok", schedule: "interval" },
      ...{ createdAt: now, updatedAt: now, syncEveryMs: 60_000, nextSyncAt: now },
      ...{ lastSyncAt: null, lastSucceededAt: null, lastValidatedAt: null },
      ...{ breaker: "closed", consecutiveFailures: 0, pausedUntil: null },
      ...connection,
    },
    sole: false,
    ...rest,
  };
}
