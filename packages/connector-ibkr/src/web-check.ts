import { randomUUID } from "node:crypto";
import { ImportError, instantFromUnixMs, silentLogger } from "@fillbook/core";
import type { CheckResult } from "@fillbook/core/connector";
import { type WebRequest, withSession } from "./web-run.ts";
import { readWebAccounts } from "./web-trades.ts";
import type { WebTransport } from "./web-transport.ts";

const DAY_MS = 86_400_000;

/** Proves a session by its accounts. The one that is selected is the connection's when the host names none. */
export async function webCheck(
  transport: WebTransport,
  request: Omit<WebRequest, "logger" | "holder">,
): Promise<CheckResult> {
  const own = { ...request, logger: silentLogger, holder: `check-${randomUUID()}` };
  const { accounts, selected, isPaper } = await withSession(transport, own, readWebAccounts);
  const accountRef = selected !== null && accounts.includes(selected) ? selected : accounts[0];
  if (accountRef === undefined)
    throw new ImportError("ACCOUNT_MISMATCH", "IBKR Client Portal: the login opens no account");
  return {
    accountRef,
    accounts,
    permissions: ["client-portal"],
    historyFrom: instantFromUnixMs(Math.floor(request.clock.now() / DAY_MS) * DAY_MS - 6 * DAY_MS),
    warnings: [
      ...(isPaper === true ? ["this is a paper account"] : []),
      ...(accounts.length > 1 ? ["the login opens several accounts: each needs a connection of its own"] : []),
      "Client Portal shows seven days, and commissions without their currency: a Flex query beside it closes both gaps",
    ],
  };
}
