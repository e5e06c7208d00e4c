import type { Normalized } from "../../src/connector-contract.ts";
import type { CancelInput, ExecutionInput } from "../../src/execution.ts";
import type { Instant } from "../../src/instant.ts";

/** One record of a broker, as the connector normalizes it. */
export type Told = (
  | { readonly kind: "execution"; readonly input: ExecutionInput; readonly ordinal?: number }
  | { readonly kind: "cancel"; readonly input: CancelInput }
  | { readonly kind: "other"; readonly normalized: Normalized }
) & {
  /** The moment of the answer that holds it; null where nobody knows it. */
  readonly reportedAt?: Instant | null;
};

type Details = Partial<Omit<ExecutionInput, "instrument" | "order">> & {
  readonly instrument?: Partial<ExecutionInput["instrument"]>;
  readonly order?: ExecutionInput["order"];
  readonly ordinal?: number;
};

/** A live report of 10 AAPL bought at 100 for order O1, with your details; `familyId: null` makes it id-less. */
export function fill({ instrument, ordinal, ...details }: Details = {}): Extract<Told, { kind: "execution" }> {
  const familyId = "familyId" in details ? details.familyId : "E1";
  const input: ExecutionInput = {
    ...{ broker: "test", account: "A1", familyId, executionId: familyId, executedAt: "2026-01-05T10:00:00Z" },
    ...{ side: "buy", quantity: "10", price: "100", fees: [], order: { permanentId: "O1" } },
    source: { connector: "live", authority: 1 },
    ...details,
    instrument: { symbol: "AAPL", rawSymbol: "AAPL", kind: "stock", currency: "USD", ...instrument },
  };
  return ordinal === undefined ? { kind: "execution", input } : { kind: "execution", input, ordinal };
}

/** Like {@link fill}, from a statement. */
export function statement(details: Details = {}): Extract<Told, { kind: "execution" }> {
  return fill({ source: { connector: "statement", authority: 2 }, ...details });
}

/** A cancel from a statement; with `familyId` it is a live bust. */
export function cancel(details: Partial<CancelInput>): Told {
  const input = {
    broker: "test",
    account: "A1",
    source: { connector: "statement", authority: 2 },
    ...details,
  } as const;
  return { kind: "cancel", input };
}

export function usd(amount: string): { amount: string; currency: string }[] {
  return [{ amount, currency: "USD" }];
}

/** Fees that the broker may still change. */
export function estimatedUsd(amount: string): { amount: string; currency: string; estimated: true }[] {
  return [{ amount, currency: "USD", estimated: true }];
}
