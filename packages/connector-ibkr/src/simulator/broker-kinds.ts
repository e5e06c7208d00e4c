import type { SimulatedKind } from "./simulated-instrument.ts";

/** The broker's words for the kinds, in statements and in Client Portal. */
export const brokerKinds: Readonly<Record<SimulatedKind, string>> = {
  stock: "STK",
  option: "OPT",
  future: "FUT",
  "future-option": "FOP",
  forex: "CASH",
  bond: "BOND",
  fund: "FUND",
  warrant: "WAR",
  structured: "IOPT",
  cfd: "CFD",
  crypto: "CRYPTO",
  combo: "BAG",
};
