import type { Connection } from "@fillbook/core";
import type { NewConnection } from "@fillbook/core/store";
import { aCancel, anExecution, newConnection, type ScriptedRecord } from "@fillbook/testkit";
import type { ImportSource } from "./import-messages.ts";
import { startKrakenAccount } from "./kraken-account.ts";

/** What is imported while processes die. Made anew for each of them, and the same to the letter each time. */
export interface CrashHistory extends AsyncDisposable {
  readonly connection: NewConnection;
  readonly source: ImportSource;
}

/**
 * An account of so many full pages. Its connector talks to the shared state, too, so most calls are not commits. With the
 * ledger a page takes about four times as many.
 */
export async function krakenHistory(pages: number, { ledger }: { readonly ledger: boolean }): Promise<CrashHistory> {
  const account = await startKrakenAccount({ pages });
  const { iban } = account.simulator.key;
  return {
    connection: connectionOf({
      ...{ connector: "kraken", accountRef: iban },
      settings: { tier: "pro", consolidateTaker: true, ledgerFees: ledger, instant: ledger },
    }),
    source: account.source(),
    [Symbol.asyncDispose]: () => account[Symbol.asyncDispose](),
  };
}

/** Revisions, late facts, a conflict, cancels before and after their fills, rejects and repetitions. */
export async function revisedHistory(): Promise<CrashHistory> {
  return {
    connection: connectionOf({ connector: "scripted", accountRef: "A1", settings: {} }),
    source: { kind: "scripted", pages: revisedPages.map((records) => ({ records })) },
    [Symbol.asyncDispose]: async () => {},
  };
}

const revisedPages: readonly (readonly ScriptedRecord[])[] = [
  [
    fill({ familyId: "E1", aliases: ["transaction:1"] }),
    fill({ familyId: "E2", price: "101" }),
    { kind: "ignored", reason: "a deposit" },
  ],
  [
    fill({ familyId: "E1", revision: 2, price: "102", aliases: ["transaction:5"], sequence: "5" }),
    { kind: "broken" },
    { kind: "rejected", reason: "no price" },
    { kind: "cancel", cancel: aCancel({ familyId: "E4" }) },
  ],
  [
    { kind: "cancel", cancel: aCancel({ aliases: ["transaction:5"], sequence: "9" }) },
    fill({ familyId: "E3", order: { permanentId: "O2" } }),
    fill({ familyId: "E4", order: { permanentId: "O2" } }),
    fill({ familyId: null, executionId: null, price: "7", order: { permanentId: "O3" } }),
  ],
  [
    fill({ familyId: "E3", fees: [{ amount: "1", currency: "USD" }], order: { permanentId: "O2" } }),
    fill({ familyId: "E2", price: "99" }),
    fill({ familyId: "E2", price: "101" }),
  ],
];

function fill(details: Parameters<typeof anExecution>[0]): ScriptedRecord {
  return { kind: "execution", execution: anExecution(details), ordinal: 0 };
}

function connectionOf({
  connector,
  accountRef,
  settings,
}: Pick<Connection, "connector" | "accountRef" | "settings">): NewConnection {
  // The same in every schema, because keys of rejects and problems hold it.
  return newConnection({ connection: { id: "crash", connector, broker: connector, accountRef, settings } });
}
