import { expectedResult, type SimulatedEntry } from "@fillbook/connector-ibkr/simulator";
import { instantFromUnixMs } from "@fillbook/core";
import type { ExpectedBook } from "@fillbook/testkit/suite";

/** What these entries come to, worked out by the simulator's model alone. */
export function expectedBook(entries: readonly SimulatedEntry[]): ExpectedBook {
  const { fills, positions } = expectedResult(entries);
  return {
    fills: fills
      .filter(({ counts }) => counts)
      .map(({ execId, atMs, conid, side, quantity, price }) => {
        const executedAt = instantFromUnixMs(atMs);
        return { executionId: execId, executedAt, instrument: conid, side, quantity, price };
      }),
    // By account and conid; the account has no say here, since there is one.
    positions: Object.fromEntries(Object.entries(positions).map(([key, held]) => [key.split(" ")[1] ?? key, held])),
  };
}
