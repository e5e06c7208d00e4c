import { auditEvent, FILLBOOK } from "./audit-event.ts";
import { checkAccount } from "./check-account.ts";
import { isProven } from "./connection-status.ts";
import type { AnyConnector } from "./connector-contract.ts";
import { ImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import type { Json } from "./json.ts";
import type { Run } from "./run.ts";
import { inStore } from "./store-error.ts";

/**
 * The account that a run reads. A connection that was made while its broker was out of reach is proven first: one live call
 * as `connect` makes it, and what it answers is stored before anything is read.
 *
 * @throws ImportError what the broker said; `ACCOUNT_CONNECTED` when another connection has the account.
 */
export async function provenAccount(
  run: Run,
  { connector, settings, credentials }: { connector: AnyConnector; settings: Json; credentials: unknown },
): Promise<string> {
  const { connection, connectionId, owner, clock, jobId } = run;
  const { accountRef, status } = connection;
  if (accountRef !== null && isProven(connection)) return accountRef;
  const of = connection;
  const opened = await checkAccount(run, { of, connector, settings, credentials, accountRef });
  const at = instantFromUnixMs(clock.now());
  const details = { from: status, to: "active", jobId, code: null };
  const changed = await inStore("what was proven could not be stored", () =>
    run.store.changeConnection({
      ...{ owner, connectionId, from: [status], at },
      set: { accountRef: opened.accountRef, status: "active", lastValidatedAt: at },
      audit: auditEvent({ at, by: FILLBOOK, action: "connection.status", connectionId, details }),
    }),
  );
  if (changed === null)
    throw new ImportError("LEASE_LOST", `connection ${connectionId} was changed while this run began`);
  run.connection = changed;
  run.tally.beginAt(opened.cursor);
  return opened.accountRef;
}
