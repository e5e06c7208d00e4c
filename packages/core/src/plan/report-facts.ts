import { feeFacts, instrumentId } from "../identify.ts";
import type { Report } from "./plan-types.ts";

/** What two reports of one place must agree on, besides fees. */
export function factsOf({ side, quantity, price, instrument }: Report): string {
  return JSON.stringify([side, quantity, price, instrumentId(instrument)]);
}

/** The fees of a report, in whatever order they stand. */
export function feesOf({ fees }: Report): string {
  return JSON.stringify(feeFacts(fees));
}
