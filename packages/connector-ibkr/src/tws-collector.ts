import { ImportError } from "@fillbook/core";
import { isCommissionSet } from "./tws-amount.ts";
import type { TwsListener } from "./tws-hearing.ts";
import { type TwsCommission, type TwsExecution, type TwsRecord, twsRecord } from "./tws-record.ts";

/** What has been heard of an account's executions, on however many lines. */
export interface TwsCollector extends TwsListener {
  /** The executions so far, each joined with its commission, whichever came first. */
  records(): readonly TwsRecord[];
  /** Whether the commission of every execution is known. */
  isPriced(): boolean;
}

/**
 * Keeps the executions of one account apart by all that they say: one that is told twice is one, and two that share an id
 * and differ are both kept, for a person to see.
 */
export function twsCollector(account: string): TwsCollector {
  const executions = new Map<string, TwsExecution>();
  const commissions = new Map<string, TwsCommission>();
  return {
    execution(told) {
      if (told.account === "" || told.account === account) executions.set(told.text, told);
      refuseFlood(executions.size);
    },
    commission(told) {
      const { execId } = told;
      const known = commissions.get(execId);
      // A later amount counts; a later "not known" does not undo one.
      if (known === undefined || isCommissionSet(told) || !isCommissionSet(known)) commissions.set(execId, told);
      refuseFlood(commissions.size);
    },
    records: () => [...executions.values()].map((told) => twsRecord(told, commissions.get(told.execId) ?? null)),
    isPriced: () =>
      [...executions.values()].every((told) => {
        const commission = commissions.get(told.execId);
        return told.secType === "BAG" || (commission !== undefined && isCommissionSet(commission));
      }),
  };
}

/** More than an account can have in a week. */
const TOLD_MAX = 500_000;

// Thrown inside the library's event, where the guard ends the line with it.
function refuseFlood(told: number): void {
  if (told <= TOLD_MAX) return;
  throw new ImportError("RESPONSE_TOO_LARGE", `TWS told more than ${TOLD_MAX} executions`);
}
