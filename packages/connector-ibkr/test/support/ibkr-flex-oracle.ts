import type { Amounts, ExpectedFill } from "@fillbook/connector-ibkr/simulator";
import { expect } from "vitest";
import { readAll } from "../../../testkit/src/suite/play.ts";
import type { FlexWorld } from "./ibkr-flex-world.ts";

/** Compares what is stored with the simulator's model, which knows no rows: ids, quantities, prices, times, and all fees. */
export async function expectSameBook({
  simulator,
  executions,
  store,
}: Pick<FlexWorld, "simulator" | "executions" | "store">): Promise<void> {
  const expected = simulator.expected();
  const canonical = (await executions()).filter((execution) => execution.canonical);
  const stored = canonical.map(({ account, side, quantity, price, executedAt, executionId }) =>
    JSON.stringify([account, side, quantity, price, Date.parse(executedAt), executionId]),
  );
  expect(stored.sort()).toEqual(
    expected.fills
      .filter(({ counts }) => counts)
      .map(expectedLine)
      .sort(),
  );
  const trades = await readAll((after) => store.trades("owner", { limit: 200, ...after }));
  const fees = trades.flatMap((trade) => trade.fees.map(({ amount, currency }) => [currency, amount] as const));
  expect(totals(fees)).toEqual(totals([...entriesOf(expected.commissions), ...entriesOf(expected.taxes)]));
}

function expectedLine({ accountId, side, quantity, price, atMs, execId }: ExpectedFill): string {
  return JSON.stringify([accountId, side, quantity, price, atMs, execId]);
}

function entriesOf(amounts: Amounts): readonly (readonly [string, string])[] {
  return Object.entries(amounts);
}

/** Rounded far below what any row has, since these are sums of floats. */
function totals(amounts: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const sums = new Map<string, number>();
  for (const [currency, amount] of amounts) sums.set(currency, (sums.get(currency) ?? 0) + Number(amount));
  const shown = [...sums].map(([currency, sum]) => [currency, sum.toFixed(6)] as const);
  return Object.fromEntries(shown.filter(([, sum]) => Number(sum) !== 0).sort());
}
