import type { SimulatedTrade } from "@fillbook/connector-kraken/simulator";

/** A made spot trade; what a test is about it gives itself. */
export function aTrade(number: number, changes: Partial<SimulatedTrade> = {}): SimulatedTrade {
  return {
    txid: tradeId(number),
    ordertxid: `OAAAAA-AAAAA-${text(number, 6)}`,
    pair: "XXBTZUSD",
    time: `${1_700_000_000 + number}.1234`,
    type: "buy",
    ordertype: "limit",
    price: "30010.00000",
    cost: "600.20000",
    fee: "0.96032",
    vol: "0.02000000",
    margin: "0.00000",
    misc: "",
    trade_id: 40_000_000 + number,
    maker: false,
    ...changes,
  };
}

/** So many made trades, oldest first. */
export function manyTrades(
  count: number,
  change: (number: number) => Partial<SimulatedTrade> = () => ({}),
): SimulatedTrade[] {
  return Array.from({ length: count }, (_, number) => aTrade(number, change(number)));
}

export function tradeId(number: number): string {
  return `TAAAAA-AAAAA-${text(number, 6)}`;
}

function text(number: number, length: number): string {
  return number.toString(36).toUpperCase().padStart(length, "0");
}
