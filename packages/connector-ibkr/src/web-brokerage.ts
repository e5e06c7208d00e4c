import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { changeShared } from "./web-shared.ts";

/** How long a session that was thrown out is left alone, in milliseconds: two programs that compete would fight for ever. */
const COMPETE_EVERY_MS = 3_600_000;

/** What runs did to a brokerage session: no word of the broker's, and a limit to all who use the session. */
interface WebBrokerage {
  /** How often it was opened; each opening makes the next list of trades start out empty. */
  readonly opens: number;
  readonly tookOverAtMs: number | null;
}

/** How often runs have opened the brokerage session. */
export async function brokerageOpens(state: SharedState, key: string): Promise<number> {
  return readBrokerage((await state.read(brokerageKey(key)))?.value ?? null).opens;
}

/** Notes that the brokerage session is opened. */
export function noteOpening(state: SharedState, key: string): Promise<void> {
  return changeShared(state, brokerageKey(key), (value) => {
    const { opens, tookOverAtMs } = readBrokerage(value);
    return { value: { opens: opens + 1, tookOverAtMs }, result: undefined };
  });
}

/** Takes the right to throw out another session, which exists once an hour among all who use the session. */
export function mayTakeOver(state: SharedState, key: string, nowMs: number): Promise<boolean> {
  return changeShared<boolean>(state, brokerageKey(key), (value) => {
    const { opens, tookOverAtMs } = readBrokerage(value);
    const isEarly = tookOverAtMs !== null && Math.abs(nowMs - tookOverAtMs) < COMPETE_EVERY_MS;
    return isEarly ? { value: null, result: false } : { value: { opens, tookOverAtMs: nowMs }, result: true };
  });
}

function brokerageKey(key: string): string {
  return `web:brokerage:${key}`;
}

function readBrokerage(value: Json): WebBrokerage {
  const { opens, tookOverAtMs } = isJsonObject(value) ? value : {};
  return {
    opens: typeof opens === "number" ? opens : 0,
    tookOverAtMs: typeof tookOverAtMs === "number" ? tookOverAtMs : null,
  };
}
