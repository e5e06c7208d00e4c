import type { SimulatedTrade } from "@fillbook/connector-kraken/simulator";

/** A fill that happened a minute before `nowMs`. */
export function newFill(nowMs: number): SimulatedTrade {
  return {
    ...{ txid: "TNEWFL-AAAAA-000001", ordertxid: "ONEWFL-AAAAA-000001", pair: "XXBTZUSD" },
    time: String(Math.floor(nowMs / 1000) - 60),
    ...{ type: "buy", ordertype: "limit", price: "61000.00000", cost: "610.00000", fee: "1.52500", vol: "0.01000000" },
    ...{ margin: "0.00000", misc: "", maker: true },
  };
}
