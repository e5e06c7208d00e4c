import assert from "node:assert/strict";
import { createFillbook, decimal, type Fill, instant } from "@fillbook/core";
import type { Fee } from "@fillbook/core/connector";
import { amount, amountText } from "../oracle/oracle-amount.ts";
import type { ConnectorSuiteOptions, ExpectedFill } from "./connector-suite-options.ts";
import { makeWorld } from "./connector-world.ts";
import { readAll } from "./play.ts";

/** Imports the whole account and compares its fills and positions with what the broker's record comes to. */
export async function becomesExpected(
  options: ConnectorSuiteOptions,
  expected: NonNullable<ConnectorSuiteOptions["expected"]>,
): Promise<void> {
  await using world = await makeWorld(options);
  assert.equal((await world.run()).error, null);
  const all = await readAll((after) => world.store.fillSlice("owner", { limit: 200, ...after }));
  const counting = all.filter(({ state }) => state === "counts");
  const compared = matched(counting, expected.fills);
  assert.deepEqual(compared.imported, compared.expected, "the fills that count are those of the broker's record");
  const { connector, clock } = world.trial;
  const book = createFillbook({ store: world.store, connectors: [connector], credentials: async () => null, clock });
  const positions = await book.forUser("owner").positions();
  assert.deepEqual(
    openOnly(positions.map(({ instrument, quantity }) => [nameOf(instrument), quantity] as const)),
    openOnly(Object.entries(expected.positions)),
    "positions are those of the broker's record",
  );
}

/** Both lists as comparable rows, sorted. Fees are compared where the record tells them of every fill. */
function matched(fills: readonly Fill[], expected: readonly ExpectedFill[]) {
  const withFees = expected.every(({ fees }) => fees !== undefined);
  const imported = fills.map(({ execution, fees }): ExpectedFill => {
    return { ...execution, instrument: nameOf(execution.instrument), fees: fees === null ? null : byCurrency(fees) };
  });
  const rowsOf = (list: readonly ExpectedFill[]) => list.map((fill) => rowOf(fill, withFees)).sort(byText);
  return { imported: rowsOf(imported), expected: rowsOf(expected) };
}

function rowOf(
  { executionId, executedAt, instrument, side, quantity, price, fees = null }: ExpectedFill,
  withFees: boolean,
) {
  return {
    executionId,
    executedAt: instant(executedAt),
    instrument,
    side,
    quantity: decimal(quantity),
    price: decimal(price),
    fees: withFees && fees !== null ? openOnly(Object.entries(fees)) : null,
  };
}

function nameOf({ conid, rawSymbol }: Fill["execution"]["instrument"]): string {
  return conid ?? rawSymbol;
}

function byCurrency(fees: readonly Fee[]): Readonly<Record<string, string>> {
  return openOnly(fees.map(({ currency, amount }) => [currency, amount] as const));
}

/** Sums by name in the order of names; what comes to nothing is left out. */
function openOnly(amounts: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const sums = new Map<string, bigint>();
  for (const [name, text] of amounts) sums.set(name, (sums.get(name) ?? 0n) + amount(text));
  const open = [...sums].filter(([, units]) => units !== 0n).sort();
  return Object.fromEntries(open.map(([name, units]) => [name, amountText(units)]));
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}
