import { instant } from "@fillbook/core";
import type { CancelInput, ExecutionInput } from "@fillbook/core/connector";

/** What a test says about an execution; everything else has a default. */
export type ExecutionDetails = Partial<Omit<ExecutionInput, "instrument" | "order" | "source">> & {
  /** @defaultValue AAPL, a stock in USD */
  readonly instrument?: Partial<ExecutionInput["instrument"]>;
  /** @defaultValue the order `O1` */
  readonly order?: Partial<NonNullable<ExecutionInput["order"]>>;
  /** @defaultValue the connector `scripted`, live */
  readonly source?: Partial<ExecutionInput["source"]>;
};

/** An execution of 10 AAPL bought at 100 on account A1 of broker `scripted`, with your details. */
export function anExecution(details: ExecutionDetails = {}): ExecutionInput {
  const { instrument, order, source, ...rest } = details;
  const familyId = "familyId" in rest ? rest.familyId : "E1";
  return {
    broker: "scripted",
    account: "A1",
    familyId,
    executionId: familyId,
    executedAt: instant("2026-01-05T10:00:00Z"),
    side: "buy",
    quantity: "10",
    price: "100",
    fees: [],
    ...rest,
    instrument: { symbol: "AAPL", rawSymbol: "AAPL", kind: "stock", currency: "USD", ...instrument },
    order: { permanentId: "O1", ...order },
    source: { connector: "scripted", authority: 1, ...source },
  };
}

/** A cancel on account A1 of broker `scripted`, with your details. */
export function aCancel(
  details: Partial<Omit<CancelInput, "source">> & { readonly source?: Partial<CancelInput["source"]> } = {},
): CancelInput {
  const { source, ...rest } = details;
  return { broker: "scripted", account: "A1", ...rest, source: { connector: "scripted", authority: 2, ...source } };
}
