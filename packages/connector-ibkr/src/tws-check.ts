import { randomUUID } from "node:crypto";
import { ImportError, instantFromUnixMs, silentLogger } from "@fillbook/core";
import type { CheckResult } from "@fillbook/core/connector";
import { twsReach } from "./tws-gaps.ts";
import type { TwsListener } from "./tws-hearing.ts";
import type { ReadTwsPolicy } from "./tws-policy.ts";
import { type TwsRequest, withTwsLine } from "./tws-run.ts";

const deaf: TwsListener = { execution: () => undefined, commission: () => undefined };

/** Proves a gateway by the accounts that it opens. */
export async function twsCheck(
  policy: ReadTwsPolicy,
  request: Omit<TwsRequest, "logger" | "holder" | "listener">,
): Promise<CheckResult> {
  const own = { ...request, logger: silentLogger, holder: `check-${randomUUID()}`, listener: deaf };
  return withTwsLine(policy, own, async (line, accounts) => {
    const [accountRef] = accounts;
    if (accountRef === undefined) throw new ImportError("ACCOUNT_MISMATCH", `TWS at ${line.place} opens no account`);
    const { settings, clock } = request;
    const reach = { settings, nowMs: clock.now(), connectionTime: line.facts.connectionTime };
    return {
      accountRef,
      accounts,
      permissions: ["tws", settings.trading],
      historyFrom: instantFromUnixMs(twsReach(reach).fromMs),
      warnings: [
        ...(settings.trading === "paper" ? ["this is a paper account"] : []),
        ...(accounts.length > 1 ? ["the gateway opens several accounts: each needs a connection of its own"] : []),
        "TWS shows fills since its midnight (TWS up to seven days): a Flex query beside it closes the gap",
      ],
    };
  });
}
