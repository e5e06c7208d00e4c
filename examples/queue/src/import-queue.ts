import type { BookStore } from "@fillbook/core/store";
import { PgBoss } from "pg-boss";

/** A job a due connection. */
export const IMPORTS = "fillbook-import";
/** A job that asks what is due. One a minute for all workers together, sent by pg-boss's own schedule. */
export const TICKS = "fillbook-tick";

/** A worker that shows no sign of life for so long is dead: its job is tried again. */
const HEARTBEAT_SECONDS = 60;
/** A run that goes on for longer is ended as `ABORTED` and goes on in the job's next attempt, from its last page. */
const RUN_SECONDS_MAX = 3600;

/** The data of an import's job. */
export interface ImportJob {
  readonly connectionId: string;
}

/** Opens pg-boss beside Fillbook's tables and makes its queues where they are not there yet. */
export async function openImportQueue(options: {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly onError: (error: Error) => void;
}): Promise<PgBoss> {
  const { databaseUrl: connectionString, schema, onError } = options;
  const boss = new PgBoss({ connectionString, schema });
  boss.on("error", onError);
  await boss.start();
  // "short": one waiting job a key. That no two imports of a connection run at once is what Fillbook's lease is for: unlike a
  // queue's lock it also holds against a worker that is only believed to be dead.
  await boss.createQueue(IMPORTS, {
    ...{ policy: "short", heartbeatSeconds: HEARTBEAT_SECONDS, expireInSeconds: RUN_SECONDS_MAX },
    // The third failure in a row opens the connection's breaker, and its schedule takes over.
    ...{ retryLimit: 2, retryDelay: 15, retryBackoff: true },
  });
  // The next minute asks again.
  await boss.createQueue(TICKS, { policy: "short", retryLimit: 0 });
  await boss.schedule(TICKS, "* * * * *");
  return boss;
}

/** How long a claimed connection may wait for its job before it is claimed again. What a dying worker claimed comes back. */
const CLAIM_MS = 120_000;
const CLAIMS_MAX = 500;

/** Claims what is due and sends a job for each; one that has a job waiting gets no second. Answers with how many. */
export async function sendDue(boss: PgBoss, store: Pick<BookStore, "claimDue">): Promise<number> {
  const claimed = await store.claimDue({ limit: CLAIMS_MAX, leaseMs: CLAIM_MS });
  const jobs = claimed.map((connectionId) => ({ data: { connectionId }, singletonKey: connectionId }));
  if (jobs.length > 0) await boss.insert(IMPORTS, jobs);
  return claimed.length;
}
