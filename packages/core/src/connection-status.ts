import type { Connection } from "./read-types.ts";

type Status = Connection["status"];

/** What changes a connection's status beside its runs. `update` is of label and interval, `settings` of settings. */
export type ConnectionAct = "reconnect" | "disconnect" | "update" | "settings";

/**
 * Where each act leads from each status; null refuses it. `connect` makes an `active` connection, or a `pending` one. A run
 * never leads from `disconnected`, nor to it.
 */
export const statusAfter: Readonly<Record<ConnectionAct, Readonly<Record<Status, Status | null>>>> = {
  reconnect: { pending: "active", active: "active", needs_reauth: "active", error: "active", disconnected: "active" },
  disconnect: {
    ...{ pending: "disconnected", active: "disconnected", needs_reauth: "disconnected", error: "disconnected" },
    disconnected: "disconnected",
  },
  update: { pending: "pending", active: "active", needs_reauth: "needs_reauth", error: "error", disconnected: null },
  // What a run called a wrong setting is tried again with the new ones.
  settings: { pending: "pending", active: "active", needs_reauth: "needs_reauth", error: "active", disconnected: null },
};

/** False where no call has shown yet that the credentials open the account: a run has to ask before it reads. */
export function isProven({
  status,
  schedule,
  accountRef,
  lastValidatedAt,
}: Pick<Connection, "status" | "schedule" | "accountRef" | "lastValidatedAt">): boolean {
  if (schedule === "files") return true;
  return accountRef !== null && (status === "active" || lastValidatedAt !== null);
}

/** True where scheduled runs may begin, once they are due. */
export function isRunnable(status: Status): boolean {
  return status === "active" || status === "pending";
}
