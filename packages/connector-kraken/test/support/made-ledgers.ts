import type { SimulatedLedger } from "@fillbook/connector-kraken/simulator";

/** A made ledger entry; what a test is about it gives itself. */
export function aLedger(number: number, changes: Partial<SimulatedLedger> = {}): SimulatedLedger {
  return {
    id: `LAAAAA-AAAAA-${number.toString(36).toUpperCase().padStart(6, "0")}`,
    refid: `S${number}`,
    time: `${1_700_000_000 + number}.5`,
    type: "deposit",
    subtype: "",
    asset: "ZEUR",
    amount: "100.0000",
    fee: "0.0000",
    ...changes,
  };
}

/** Entries of one group, a few milliseconds apart. */
export function aGroup(
  number: number,
  refid: string,
  ...entries: readonly Partial<SimulatedLedger>[]
): SimulatedLedger[] {
  return entries.map((entry, place) =>
    aLedger(number * 10 + place, { refid, time: `${1_700_000_000 + number}.${6807 + 50 * place}`, ...entry }),
  );
}
