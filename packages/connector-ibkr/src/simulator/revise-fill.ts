import { moneyOf } from "./make-fill.ts";
import type { SimulatedFill } from "./simulated-fill.ts";

/** What is new in a revision besides the changed facts. */
export interface Revising {
  readonly revision: "rebook" | "correction";
  readonly transactionId: string;
  readonly bookedAtMs: number;
  readonly reportDay: string;
  /** Money follows from quantity and price unless it is said. */
  readonly changes: Partial<SimulatedFill>;
}

/** The next revision of a fill: same trade id, exec id with the last group one up, neither commission nor taxes of its own. */
export function reviseFill(fill: SimulatedFill, { changes, ...booking }: Revising): SimulatedFill {
  const revised = { ...fill, ...booking, execId: nextExecId(fill.execId), commission: "0", taxes: "0", ...changes };
  const { instrument } = revised;
  return { ...revised, money: changes.money ?? moneyOf(instrument, revised) };
}

/** The revision of an exec id as a number; 1 for what has none. */
export function revisionOf(execId: string | null): number {
  return Number(execId?.split(".").at(-1) ?? "1");
}

/** An exec id without its revision. */
export function execBaseOf(execId: string): string {
  return execId.slice(0, execId.lastIndexOf("."));
}

// Two digits up to 99, as in ".09" and ".10".
function nextExecId(execId: string | null): string | null {
  if (execId === null) return null;
  return `${execBaseOf(execId)}.${String(revisionOf(execId) + 1).padStart(2, "0")}`;
}
