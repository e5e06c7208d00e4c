import { booleanParameter, listParameter, offsetParameter } from "./call-parameters.ts";
import { exactNumber, type JsonValue } from "./json-text.ts";
import type { BookedLedger } from "./ledger-book.ts";
import { type MethodAnswer, type PrivateContext, resultAnswer } from "./method-answer.ts";
import { rowsInSpan } from "./rows-in-span.ts";

const PAGE_ROWS = 50;

/** Ledgers: the entries with start < time <= end, newest first, fifty from `ofs`. */
export function answerLedgers({ state, parameters, holder }: PrivateContext): MethodAnswer {
  const rows = state.ledgers.newestFirst();
  const timeOf = (id: string) => rows.find(({ entry }) => entry.id === id)?.time ?? null;
  const wanted = filterOf(parameters);
  const offset = offsetParameter(parameters, "ofs");
  const matching = rowsInSpan(rows, { parameters, key: holder.key, timeOf }).filter(wanted);
  const page = matching.slice(offset, offset + PAGE_ROWS);
  const ledger = new Map(page.map((row) => [row.entry.id, ledgerRow(row)]));
  const withoutCount = booleanParameter(parameters, { name: "without_count", defaultValue: false });
  return resultAnswer({ ledger, count: withoutCount ? undefined : matching.length });
}

/** `type=sale` brings up both halves of what the app trades (support.kraken.com, stored copy of 2026). */
function filterOf(parameters: URLSearchParams): (row: BookedLedger) => boolean {
  const type = parameters.get("type") || "all";
  const types = type === "sale" ? ["spend", "receive"] : [type];
  const wantedClass = parameters.get("aclass") || "currency";
  const assets = listParameter(parameters, "asset").filter((asset) => asset !== "all");
  return ({ entry }) => {
    const { aclass = "currency" } = entry;
    const ofType = type === "all" || types.includes(entry.type);
    return aclass === wantedClass && ofType && (assets.length === 0 || assets.includes(entry.asset));
  };
}

function ledgerRow({ entry, balance }: BookedLedger): JsonValue {
  const { refid, time, type, subtype, aclass = "currency", asset, amount, fee } = entry;
  return { refid, time: exactNumber(time), type, subtype, aclass, asset, amount, fee, balance };
}
