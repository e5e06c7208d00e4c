import type { StoredExecution, Trade } from "@fillbook/core";

/** A fill as the broker knows it by now. */
export interface ModelExecution {
  readonly id: string;
  readonly orderId: string;
  readonly side: "buy" | "sell";
  readonly quantity: string;
  readonly price: string;
  readonly revision: number;
  readonly isCanceled: boolean;
}

/** What a broker knows of one account, whoever asks. */
export interface ModelAccount {
  readonly broker: string;
  readonly ref: string;
  readonly executions: Map<string, ModelExecution>;
}

/** Every fill that counts in these accounts, one line each, sorted: what a store must hold, no more and no less. */
export function executionLines(accounts: readonly ModelAccount[]): string[] {
  const lines = accounts.flatMap(({ broker, ref, executions }) =>
    [...executions.values()]
      .filter(({ isCanceled }) => !isCanceled)
      .map(({ id, orderId, side, quantity, price }) =>
        line([broker, ref, id, orderId, side, plain(quantity), plain(price)]),
      ),
  );
  return lines.sort();
}

/** The same lines of what is stored. */
export function storedExecutionLines(executions: readonly StoredExecution[]): string[] {
  const lines = executions.map(({ broker, account, familyId, order, side, quantity, price }) =>
    line([broker, account, familyId, order.permanentId, side, quantity, price]),
  );
  return lines.sort();
}

/** Every order with what its fills add up to, sorted. */
export function tradeLines(accounts: readonly ModelAccount[]): string[] {
  const lines = accounts.flatMap(({ broker, ref, executions }) =>
    [...groups([...executions.values()])].map(([orderId, members]) => {
      const alive = members.filter(({ isCanceled }) => !isCanceled);
      const quantity = alive.reduce((sum, one) => sum + units(one.quantity), 0n);
      const value = alive.reduce((sum, one) => sum + units(one.quantity) * units(one.price), 0n);
      const average = quantity === 0n ? null : Number(value) / Number(quantity) / UNIT;
      const counts = [alive.length, members.length - alive.length];
      return line([broker, ref, orderId, members[0]?.side ?? "", fromUnits(quantity), rounded(average), ...counts]);
    }),
  );
  return lines.sort();
}

export function storedTradeLines(trades: readonly Trade[]): string[] {
  const lines = trades.map((trade) => {
    const { broker, account, orderId, side, quantity, averagePrice, executionCount, canceledCount } = trade;
    const average = averagePrice === null ? null : Number(averagePrice);
    return line([broker, account, orderId, side, quantity, rounded(average), executionCount, canceledCount]);
  });
  return lines.sort();
}

function groups(executions: readonly ModelExecution[]): Map<string, ModelExecution[]> {
  const orders = new Map<string, ModelExecution[]>();
  for (const one of executions) orders.set(one.orderId, [...(orders.get(one.orderId) ?? []), one]);
  return orders;
}

function line(parts: readonly (string | number | null)[]): string {
  return parts.join(" ");
}

/** Decimals of the model are whole numbers of so many parts. */
const UNIT = 1e8;

function units(text: string): bigint {
  const [whole = "0", part = ""] = text.split(".");
  return BigInt(`${whole}${part.padEnd(8, "0")}`);
}

function fromUnits(count: bigint): string {
  const digits = String(count).padStart(9, "0");
  return plain(`${digits.slice(0, -8)}.${digits.slice(-8)}`);
}

/** Without zeros that say nothing. */
function plain(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

// A mean has more digits than the model's numbers; ten of them tell every wrong sum.
function rounded(average: number | null): string {
  return average === null ? "none" : average.toPrecision(10);
}
