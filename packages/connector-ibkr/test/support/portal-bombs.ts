import type { Json } from "@fillbook/core";
import {
  aaplFacts,
  goodAnswer,
  type PortalQuestion,
  type PortalReply,
  readySession,
  scriptedRow,
} from "./scripted-portal.ts";

/** An answer that is as large as its endpoint allows, or larger, and what becomes of the run. */
export interface PortalBomb {
  readonly name: string;
  readonly path: string;
  /** Made when it is asked for: a case holds no memory before. */
  readonly reply: (question: PortalQuestion) => PortalReply;
  /** Other answers that lead to this one. */
  readonly others?: (question: PortalQuestion) => PortalReply | null;
  /** How the run ends; "ok" where everything is stored. */
  readonly expected: string;
}

const MB = 2 ** 20;
const TRADES = "/iserver/account/trades";

const filled = (length: number, piece: string, { open = "[", close = "]" } = {}) =>
  `${open}${`${piece},`.repeat(Math.floor((length - 2) / (piece.length + 1))).slice(0, -1)}${close}`;

/** Distinct rows as a real account has them, about 900 bytes each, in so many bytes. */
function realRows(bytes: number, changes: (index: number) => Readonly<Record<string, Json>> = () => ({})): string {
  const rows: string[] = [];
  for (let index = 0, length = 0; ; index += 1) {
    const row = JSON.stringify(realRow(index, changes(index)));
    length += row.length + 1;
    if (length > bytes - 2) return `[${rows.join()}]`;
    rows.push(row);
  }
}

function realRow(index: number, changes: Readonly<Record<string, Json>>): Json {
  const second = String(index % 60).padStart(2, "0");
  const minute = String(Math.floor(index / 60) % 60).padStart(2, "0");
  const hour = String(Math.floor(index / 3_600) % 10).padStart(2, "0");
  const text = `20260302-${hour}:${minute}:${second}`;
  const atMs = Date.UTC(2026, 2, 2, Number(hour), Number(minute), Number(second));
  return scriptedRow("U1", {
    ...{ execution_id: `0000e0d5.${index.toString(16).padStart(8, "0")}.01.01`, trade_time: text, trade_time_r: atMs },
    ...{ supports_tax_opt: "1", order_description: "Sold 5 @ 192.26 on ISLAND", order_ref: `Order${index}` },
    ...{ submitter: "user1234", exchange: "ISLAND", net_amount: 961.3, account_allocation_name: "U1" },
    ...{ company_name: "APPLE INC", contract_description_1: "AAPL", listing_exchange: "NASDAQ.NMS" },
    ...{ conidEx: "265598", clearing_id: "IB", clearing_name: "IB", liquidation_trade: "0", is_event_trading: "0" },
    ...{ order_id: 17_437_897_932 + index, open_close: "???", directed_exchange: "SMART", note: "x".repeat(120) },
    ...changes,
  });
}

const trades = (name: string, body: () => string, expected: string, more: Partial<PortalReply> = {}): PortalBomb => ({
  name: `trades: ${name}`,
  path: TRADES,
  reply: () => ({ body: body(), ...more }),
  expected,
});

const LARGE = "RESPONSE_TOO_LARGE";
const max = 8 * MB - 64;

const manyTrades: readonly PortalBomb[] = [
  trades("as many real ones as the bound allows", () => realRows(max), "ok"),
  trades("real ones beyond the bound", () => realRows(max + 4_096), LARGE),
  trades(
    "real ones with a letter of another script each",
    () => realRows(max - MB, () => ({ company_name: "ÄPFEL 苹果" })),
    "ok",
  ),
  trades(
    "real ones with amounts of 17 digits",
    () => realRows(max, () => ({ size: "@1234567.1234567891@" })).replaceAll(/"@([^@]*)@"/g, "$1"),
    "ok",
  ),
  trades("one real one, again and again", () => filled(max, JSON.stringify(realRow(1, {}))), "ok"),
  trades(
    "all at one moment",
    () => realRows(max, () => ({ trade_time: "20260302-01:00:00", trade_time_r: Date.UTC(2026, 2, 2, 1) })),
    "ok",
  ),
  trades(
    "each of another day",
    () => realRows(4 * MB, (index) => ({ trade_time: dayOf(index), trade_time_r: "" })),
    "any",
  ),
  trades("each of another instrument", () => realRows(max, (index) => ({ conid: index + 1 })), "ok"),
  trades("empty objects", () => filled(max, "{}"), LARGE),
  trades("empty lists", () => filled(max, "[]"), LARGE),
  trades("digits", () => filled(max, "1"), LARGE),
  trades("long digits", () => filled(max, "12345678901234567"), LARGE),
  trades("short texts", () => filled(max, '""'), LARGE),
  trades("as many empty objects as rows are allowed", () => filled(30_000 * 3, "{}"), "any"),
  trades("objects with a name of their own each", () => uniqueObjects(max), LARGE),
  trades("one object with many names", () => `[${manyNames(5 * MB)}]`, "any"),
  trades("lists in lists", () => "[".repeat(max), "PROTOCOL"),
  trades("one long text", () => `["${"x".repeat(max - 4)}"]`, "any"),
  trades("one text of escapes", () => `["${"\\u0041".repeat(Math.floor((max - 4) / 6))}"]`, "any"),
  trades("rows of 64 kB", () => realRows(max, () => ({ note: "y".repeat(63_000) })), "ok"),
  trades("rows of a megabyte", () => realRows(max, () => ({ note: "y".repeat(MB) })), "any"),
  trades("blanks", () => " ".repeat(max), "any"),
  trades("blanks in a list", () => `[${" ".repeat(max - 2)}]`, "ok"),
  trades("no list", () => `{"rows":${realRows(max - 20)}}`, "PROTOCOL"),
  trades("a page", () => `<html>${"<form>".repeat(max / 7)}</html>`, "any", { type: "text/html" }),
  trades("an error", () => `{"error":"${"z".repeat(max - 20)}"}`, "BROKER_ERROR", { status: 500 }),
  trades("an error of many values", () => filled(max, "{}"), "BROKER_ERROR", { status: 500 }),
];

function dayOf(index: number): string {
  return `${new Date(Date.UTC(2030) + index * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "")}-01:00:00`;
}

function uniqueObjects(bytes: number): string {
  const parts: string[] = [];
  for (let index = 0, length = 0; length < bytes - 20; index += 1) {
    const part = `{"k${index}":1}`;
    parts.push(part);
    length += part.length + 1;
  }
  return `[${parts.join()}]`;
}

function manyNames(bytes: number): string {
  const parts: string[] = [];
  for (let index = 0, length = 0; length < bytes - 20; index += 1) {
    const part = `"k${index}":1`;
    parts.push(part);
    length += part.length + 1;
  }
  return `{${parts.join()}}`;
}

const at = (
  path: string,
  name: string,
  body: () => string,
  expected: string,
  others?: PortalBomb["others"],
): PortalBomb => ({
  name: `${path}: ${name}`,
  path,
  reply: () => ({ body: body() }),
  expected,
  ...(others === undefined ? {} : { others }),
});

const missingBridge = (question: PortalQuestion): PortalReply | null =>
  question.path === "/tickle"
    ? { body: { session: "s", iserver: { authStatus: { ...readySession, authenticated: false } } } }
    : null;
const silent = (question: PortalQuestion): PortalReply | null =>
  ["/tickle", "/iserver/auth/status"].includes(question.path) ? { body: "" } : null;
const silentToAll = (question: PortalQuestion): PortalReply | null =>
  question.path === "/iserver/accounts" ? { body: "" } : silent(question);
const otherSelected = (question: PortalQuestion): PortalReply | null =>
  question.path === "/iserver/accounts" ? { body: { accounts: ["U1", "U2"], selectedAccount: "U2" } } : null;
const aTrade = (question: PortalQuestion): PortalReply | null =>
  question.path === TRADES ? { body: [scriptedRow("U1")] } : null;

const accountsOf = (count: number) => Array.from({ length: count }, (_, index) => `U${index + 1}`);
const aliasesOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, `alias of ${name}`]));

const otherAnswers: readonly PortalBomb[] = [
  at("/tickle", "as long as it may be", () => filled(65_000, "{}"), "any"),
  at("/tickle", "longer than it may be", () => filled(MB, "{}"), LARGE),
  at(
    "/iserver/auth/status",
    "longer than it may be",
    () => filled(16 * MB, "{}"),
    LARGE,
    (question) => (question.path === "/tickle" ? { body: "" } : null),
  ),
  at("/iserver/auth/ssodh/init", "longer than it may be", () => filled(16 * MB, "[]"), LARGE, missingBridge),
  at("/sso/validate", "longer than it may be", () => filled(16 * MB, "[]"), "any", silentToAll),
  at("/iserver/account", "longer than it may be", () => filled(16 * MB, "[]"), LARGE, otherSelected),
  at("/iserver/accounts", "longer than they may be", () => filled(16 * MB, '"U1"'), LARGE),
  at("/iserver/accounts", "empty objects", () => `{"accounts":${filled(MB - 100, "{}")}}`, "any"),
  at("/iserver/accounts", "more than there may be", () => `{"accounts":${filled(MB - 100, '"U1"')}}`, "PROTOCOL"),
  at(
    "/iserver/accounts",
    "many names",
    () => `{"accounts":["U1"],"selectedAccount":"U1","aliases":${manyNames(MB - 100)}}`,
    "ok",
    aTrade,
  ),
  at(
    "/iserver/accounts",
    "as many as there may be",
    () =>
      JSON.stringify({ accounts: accountsOf(10_000), selectedAccount: "U1", aliases: aliasesOf(accountsOf(10_000)) }),
    "ok",
    aTrade,
  ),
  at(
    "/trsrv/secdef",
    "longer than it may be",
    () => filled(16 * MB, JSON.stringify(aaplFacts), { open: '{"secdef":[', close: "]}" }),
    "ok",
    aTrade,
  ),
  at(
    "/trsrv/secdef",
    "empty objects",
    () => filled(MB - 100, "{}", { open: '{"secdef":[', close: "]}" }),
    "ok",
    aTrade,
  ),
  at("/trsrv/secdef", "one object with many names", () => `{"secdef":[${manyNames(MB - 100)}]}`, "ok", aTrade),
  at(
    "/trsrv/secdef",
    "the same instrument, again and again",
    () => filled(MB - 100, JSON.stringify(aaplFacts), { open: '{"secdef":[', close: "]}" }),
    "ok",
    aTrade,
  ),
  at(
    "/trsrv/secdef",
    "long digits",
    () => filled(MB - 100, "12345678901234567", { open: '{"secdef":[', close: "]}" }),
    "ok",
    aTrade,
  ),
];

export const portalBombs: readonly PortalBomb[] = [...manyTrades, ...otherAnswers];

/** The answer of a gateway that has this bomb; its instruments are those that are asked for. */
export function bombAnswer(bomb: PortalBomb, question: PortalQuestion): PortalReply {
  if (question.path === bomb.path) return bomb.reply(question);
  const told = bomb.others?.(question) ?? null;
  if (told !== null) return told;
  const conids = (question.parameters.get("conids") ?? "").split(",").filter((conid) => conid !== "");
  return goodAnswer(question, {
    account: "U1",
    secdef: conids.map((conid) => ({ ...aaplFacts, conid: Number(conid) })),
  });
}
