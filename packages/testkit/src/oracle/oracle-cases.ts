import type { CancelInput, ExecutionInput } from "@fillbook/core/connector";
import type { Delivered } from "./oracle-report.ts";

type ExecutionPart = Partial<ExecutionInput> & { readonly ordinal?: number };

/** A report of 100 AAPL at 10, unless told otherwise. */
export function told({ ordinal = 0, ...part }: ExecutionPart): Extract<Delivered, { kind: "execution" }> {
  const input: ExecutionInput = {
    broker: "ibkr",
    account: "U1",
    executedAt: "2025-09-11T17:00:00Z",
    instrument: { symbol: "AAPL", rawSymbol: "AAPL", kind: "stock", conid: "265598" },
    side: "buy",
    quantity: "100",
    price: "10",
    source: { connector: "flex", authority: 2 },
    ...part,
  };
  return { kind: "execution", input, ordinal };
}

/** A live report. */
export function live(part: ExecutionPart): Delivered {
  return told({ source: { connector: "web", authority: 1 }, ...part });
}

export function canceled(part: Partial<CancelInput>): Delivered {
  const input: CancelInput = { broker: "ibkr", account: "U1", source: { connector: "flex", authority: 2 }, ...part };
  return { kind: "cancel", input };
}

export function usd(amount: string): { amount: string; currency: string }[] {
  return [{ amount, currency: "USD" }];
}
