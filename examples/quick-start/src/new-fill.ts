import type { SimulatedTrade } from "@fillbook/connector-kraken/simulator";

/** A fill that happened a minute before `nowMs`, with ids of its own. */
export function newFill(nowMs: number): SimulatedTrade {
  const second = Math.floor(nowMs / 1000) - 60;
  const number = second.toString(36).toUpperCase().padStart(10, "0");
  const name = `NEWFL-${number.slice(0, 5)}-0${number.slice(5)}`;
  return {
    ...{ txid: `T${name}`, ordertxid: `O${name}`, pair: "XXBTZUSD" },
    time: String(second),
    ...{ type: "buy", ordertype: "limit", price: "61000.00000", cost: "610.00000", fee: "1.52500", vol: "0.01000000" },
    ...{ margin: "0.00000", misc: "", maker: true },
  };
}
