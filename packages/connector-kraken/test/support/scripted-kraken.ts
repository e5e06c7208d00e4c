import type { FetchLike } from "@fillbook/connector-kit";
import { zipArchive } from "./zip-archive.ts";

/** Rows as Kraken has them. */
export const anAnswer = {
  trade: (index: number) => ({
    ...{ ordertxid: `O${index}`, postxid: "TKH2SE-M7IF5-CFI7LT", pair: "XXBTZUSD", aclass: "forex", type: "buy" },
    ...{ time: 1_700_000_000 - index, ordertype: "limit", price: "30010.00000", cost: "600.20000", fee: "0.96032" },
    ...{ vol: "0.02000000", margin: "0.00000", leverage: "0", misc: "", trade_id: 40_000_000 + index, maker: true },
  }),
  entry: (index: number) => ({
    ...{ refid: `S${index}`, time: 1_700_000_000 - index, type: "deposit", subtype: "", aclass: "currency" },
    ...{ asset: "ZUSD", amount: "-24.5000", fee: "0.0490", balance: "459567.9171" },
  }),
};

const header = "txid,ordertxid,pair,time,type,ordertype,price,cost,fee,vol,margin,misc,ledgers\n";
let tag = "";

/** What an account with one fill and a finished export is answered. */
function goodAnswer(endpoint: string, parameters: URLSearchParams): object | Buffer {
  switch (endpoint) {
    case "TradesHistory":
      return { trades: { T1: anAnswer.trade(1) }, count: 1 };
    case "Ledgers":
      return { ledger: {}, count: 0 };
    case "GetApiKeyInfo":
      return { permissions: ["query-open-trades", "query-closed-trades", "query-ledger", "export-data"], iban: "AA1" };
    case "AddExport":
      tag = parameters.get("description") ?? "";
      return { id: parameters.get("report") === "trades" ? "AAAA" : "BBBB" };
    case "ExportStatus":
      return ["AAAA", "BBBB"].map((id) => ({ id, descr: tag, status: "Processed" }));
    case "RetrieveExport":
      return zipArchive([{ name: "trades.csv", data: Buffer.from(header) }]);
    case "RemoveExport":
      return { delete: true };
    default:
      return {};
  }
}

/** Answers as Kraken would, but for one method. */
export function scriptedKraken(
  struck: string,
  answer: (parameters: URLSearchParams) => { readonly status: number; readonly pieces: Iterable<Uint8Array> },
): FetchLike {
  return async (url, { body = "" }) => {
    const endpoint = new URL(url).pathname.split("/").at(-1) ?? "";
    const sent = (pieces: Iterable<Uint8Array>, status = 200) => ({
      status,
      headers: { get: () => null },
      body: (async function* () {
        yield* pieces;
      })(),
    });
    const parameters = new URLSearchParams(body);
    if (endpoint === struck) {
      const { status, pieces } = answer(parameters);
      return sent(pieces, status);
    }
    // Only a service that is not available is asked for its state.
    const isDown = struck === "SystemStatus" && endpoint === "TradesHistory";
    const good = isDown ? null : goodAnswer(endpoint, parameters);
    if (Buffer.isBuffer(good)) return sent([good]);
    const envelope = good === null ? { error: ["EService:Unavailable"] } : { error: [], result: good };
    return sent([Buffer.from(JSON.stringify(envelope))]);
  };
}
