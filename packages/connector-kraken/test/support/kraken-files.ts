import { kraken } from "@fillbook/connector-kraken";
import { createFillbook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { testClock } from "./drive-kraken.ts";
import { inPieces } from "./read-kraken-file.ts";

export type Cells = Readonly<Record<string, string>>;

const LEDGERS = "txid,refid,time,type,subtype,aclass,subclass,asset,wallet,amount,fee,balance";
const TRADES = "txid,ordertxid,pair,time,type,ordertype,price,cost,fee,vol,margin,misc,ledgers";

/** A table as Kraken writes it. */
export function krakenTableText(columns: string, rows: readonly Cells[]): string {
  const names = columns.split(",");
  return [names, ...rows.map((row) => names.map((name) => `"${row[name] ?? ""}"`))].map((row) => `${row}\n`).join("");
}

export const tradesTable = (...rows: readonly Cells[]) => krakenTableText(TRADES, rows);
export const ledgersTable = (...rows: readonly Cells[]) => krakenTableText(LEDGERS, rows);

/** Half a bitcoin for 15,000.06 euros, at a price that the ledger's four digits do not give back. */
export function aTradeRow(changes: Cells = {}): Cells {
  return {
    ...{
      txid: "TAAAAA-AAAAA-AAAAA1",
      ordertxid: "OAAAAA-AAAAA-AAAAA1",
      pair: "XBT/EUR",
      type: "buy",
      ordertype: "limit",
    },
    ...{
      time: "2025-02-03 10:11:12.1234",
      price: "30000.12345",
      cost: "15000.06173",
      fee: "24.00010",
      vol: "0.50000000",
    },
    ...{ margin: "0.00000", ...changes },
  };
}

export function anEntry(number: number, changes: Cells = {}): Cells {
  return {
    ...{ txid: `LAAAAA-AAAAA-${String(number).padStart(6, "0")}`, refid: "TAAAAA-AAAAA-AAAAA1", type: "trade" },
    ...{ time: "2025-02-03 10:11:12", subtype: "tradespot", aclass: "currency", wallet: "spot / main" },
    ...{ fee: "0", balance: "1.0000", ...changes },
  };
}

/** The entries of that trade: the fee was taken in bitcoin. */
export const entriesOfTrade: readonly Cells[] = [
  anEntry(1, { asset: "BTC", amount: "0.5000000000", fee: "0.0008000000" }),
  anEntry(2, { asset: "EUR", amount: "-15000.0617" }),
];

/** A book with one account that takes files. */
export async function aFileBook(settings: object = {}) {
  const clock = testClock();
  const connectors = [kraken({ baseUrl: "http://127.0.0.1:9" })] as const;
  const book = createFillbook({ store: memoryStore({ clock }), clock, connectors });
  const user = book.forUser("ada");
  const { id } = await user.connect({ connector: "kraken", offline: true, accountRef: "account-1", settings });
  return {
    user,
    send: async (file: string | Buffer) => {
      const report = await user.importFile(id, inPieces(Buffer.from(file), 1_000));
      if (report.status === "skipped") throw new Error("the import was skipped");
      clock.advance(60_000);
      return report;
    },
    fills: async () => (await user.executions({ canonical: true, limit: 200 })).items,
    problems: async () => (await user.problems({})).items,
    [Symbol.asyncDispose]: () => book.close(),
  };
}
