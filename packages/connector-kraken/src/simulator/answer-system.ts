import { type MethodAnswer, type PublicContext, resultAnswer } from "./method-answer.ts";

/** Time: the simulator's clock. */
export function answerTime({ atMs }: PublicContext): MethodAnswer {
  // "Sun, 05 Jul 2026 ..." becomes Kraken's "Sun, 05 Jul 26 ... +0000".
  const rfc1123 = new Date(atMs)
    .toUTCString()
    .replace(/ \d\d(\d\d) /, " $1 ")
    .replace("GMT", "+0000");
  return resultAnswer({ unixtime: Math.floor(atMs / 1000), rfc1123 });
}

/** SystemStatus: what `setSystemStatus` was told last. */
export function answerSystemStatus({ state, atMs }: PublicContext): MethodAnswer {
  const timestamp = new Date(atMs).toISOString().replace(/\.\d+Z$/, "Z");
  return resultAnswer({ status: state.systemStatus, timestamp });
}
