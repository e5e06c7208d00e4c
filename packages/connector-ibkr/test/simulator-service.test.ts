import { expect, test } from "vitest";
import { flexErrors, simulatedInstruments, startIbkrSimulator, stockRebookDay } from "../src/simulator/index.ts";
import { codeOf, elementOf, get, morningOf, movableClock, rowsOf, send, statement } from "./simulator-client.ts";

const LIVE_URL = "https://gdcdyn.interactivebrokers.com/AccountManagement/FlexWebService/GetStatement";

test("service: SendRequest gives a reference, GetStatement the statement, as often as it is asked", async () => {
  const clock = { now: () => morningOf("2026-02-06") };
  await using simulator = await startIbkrSimulator({ clock, limits: false, entries: stockRebookDay() });
  const answer = await send(simulator);
  expect(answer).toMatch(/^<FlexStatementResponse timestamp='06 February, 2026 07:00 AM EST'>\n<Status>Success</);
  expect(elementOf(answer, "Url")).toBe(LIVE_URL);
  const q = elementOf(answer, "ReferenceCode");
  const first = await (await get(simulator, "GetStatement", { q })).text();
  simulator.addFills({ instrument: simulatedInstruments.spy, side: "buy", quantity: "1", price: "1", atMs: 0 });
  expect(await (await get(simulator, "GetStatement", { q })).text()).toBe(first);
  const frame = { fromDate: "20250206", toDate: "20260205", period: "Last365CalendarDays", accountId: "U1234567" };
  expect(rowsOf(first, "FlexStatement")[0]?.attributes).toMatchObject(frame);
  expect(rowsOf(first, "Trade")).toHaveLength(3);
});

test("service: activity shows finished days only, and a cancel in the statement of its own day", async () => {
  const clock = movableClock(Date.UTC(2026, 1, 3, 22));
  await using simulator = await startIbkrSimulator({ clock, limits: false, entries: stockRebookDay() });
  const types = async () =>
    rowsOf(await statement(simulator), "Trade").map(({ attributes }) => attributes.transactionType);
  expect(await types()).toEqual([]);
  clock.advance(24 * 3_600_000);
  expect(await types()).toEqual(["ExchTrade"]);
  clock.advance(24 * 3_600_000);
  expect(await types()).toEqual(["ExchTrade", "TradeCancel", "ExchTrade"]);
  const later = rowsOf(await statement(simulator, { fd: "20260204", td: "20260204" }), "Trade");
  expect(later.map(({ attributes }) => attributes.transactionType)).toEqual(["TradeCancel", "ExchTrade"]);
});

test("service: confirmations show a fill some minutes after it, on the day itself", async () => {
  const clock = movableClock(Date.UTC(2026, 1, 3, 15));
  await using simulator = await startIbkrSimulator({ clock, limits: false });
  simulator.addFills({ instrument: simulatedInstruments.spy, side: "buy", quantity: "1", price: "600" });
  const q = simulator.query("TCF").id;
  expect(await statement(simulator, { q })).toContain("<TradeConfirms>\n</TradeConfirms>");
  clock.advance(450_000);
  expect(rowsOf(await statement(simulator, { q }), "TradeConfirm")).toHaveLength(1);
});

test("service: fills, cancels, rebooks and corrections at run time", async () => {
  const clock = movableClock(Date.UTC(2026, 1, 3, 15));
  await using simulator = await startIbkrSimulator({ clock, limits: false });
  const { spy } = simulatedInstruments;
  const [fill] = simulator.addFills({ instrument: spy, side: "buy", quantity: "5", price: "600" });
  const id = fill?.execId ?? "";
  simulator.cancel(id, { reportDay: "2026-02-05", namesTransaction: false });
  const rebook = simulator.rebook(id, { reportDay: "2026-02-05", price: "601" });
  simulator.correct(rebook.execId ?? "", { reportDay: "2026-02-06", quantity: "4" });
  expect(simulator.expected()).toMatchObject({ positions: { "U1234567 756733": "4" }, commissions: { USD: "1" } });
  clock.advance(6 * 86_400_000);
  const rows = rowsOf(await statement(simulator), "Trade").map(({ attributes }) => attributes);
  expect(rows.map(({ ibExecID }) => ibExecID?.slice(-2))).toEqual(["01", "", "02", "03"]);
  expect(rows.map(({ reportDate }) => reportDate)).toEqual(["20260203", "20260205", "20260205", "20260206"]);
  expect(rows[1]).toMatchObject({ origTransactionID: "0", origTradeID: fill?.tradeId });
  expect(rows[3]).toMatchObject({ notes: "Co", tradeMoney: "2404" });
});

test.each([
  [{ fd: "20250101", td: "20251231" }, ""],
  [{ fd: "20250101", td: "20260101" }, "1020"],
  [{ fd: "20250102", td: "20250101" }, "1020"],
  [{ fd: "20250230", td: "20250301" }, "1020"],
  [{ fd: "2025-02-03", td: "2025-02-04" }, "1020"],
  [{ fd: "20250203" }, "1020"],
  [{ p: "365" }, ""],
  [{ p: "366" }, "1020"],
  [{ p: "3", fd: "20250203", td: "20250204" }, "1020"],
  [{ fd: "20260201", td: "20260206" }, "1003"],
  [{ q: "999" }, "1014"],
  [{ q: "" }, "1020"],
  [{ v: "2" }, "1001"],
  [{ v: "4" }, "1020"],
  [{ t: "5" }, "1015"],
])("service: %j answers %j", async (parameters, code) => {
  const clock = { now: () => morningOf("2026-02-06") };
  await using simulator = await startIbkrSimulator({ clock, limits: false });
  expect(codeOf(await statement(simulator, parameters))).toBe(code);
  expect(simulator.refusals).toEqual(code === "" ? {} : { [code]: 1 });
});

test("service: days asked for, days saved, and an override that does not do what it says", async () => {
  const clock = { now: () => morningOf("2026-02-09") };
  const period = { kind: "last-business-day" } as const;
  const overrides = ["honored", "ignored", "conflicts", "hangs"] as const;
  const queries = overrides.map((override, id) => ({ type: "AF" as const, id: String(id), period, override }));
  await using simulator = await startIbkrSimulator({ clock, limits: false, queries });
  const asked = { fd: "20260201", td: "20260205" };
  const frames = overrides.map(async (_, id) => {
    const text = await statement(simulator, { ...asked, q: String(id) });
    return codeOf(text) || rowsOf(text, "FlexStatement")[0]?.attributes.fromDate;
  });
  expect(await Promise.all(frames)).toEqual(["20260201", "20260206", "1003", "1019"]);
  expect(rowsOf(await statement(simulator, { q: "2" }), "FlexStatement")[0]?.attributes.toDate).toBe("20260206");
});

test("service: the second request within a second and the eleventh within a minute are 1018", async () => {
  const clock = movableClock(morningOf("2026-02-06"));
  await using simulator = await startIbkrSimulator({ clock, tokens: [{}, {}] });
  expect(codeOf(await send(simulator))).toBe("");
  clock.advance(999);
  expect(codeOf(await send(simulator))).toBe("1018");
  expect(codeOf(await send(simulator, { t: simulator.tokens[1]?.token ?? "" }))).toBe("");
  for (let turn = 0; turn < 8; turn += 1) {
    clock.advance(1000);
    expect(codeOf(await get(simulator, "GetStatement", { q: "1234567890" }).then((one) => one.text()))).toBe("");
  }
  clock.advance(1000);
  expect(codeOf(await send(simulator))).toBe("1018");
  clock.advance(60_000);
  expect(codeOf(await send(simulator))).toBe("");
  expect(simulator.refusals).toEqual({ "1018": 2 });
});

test("service: a statement is in the making as long as it was told to be", async () => {
  const clock = movableClock(morningOf("2026-02-06"));
  await using simulator = await startIbkrSimulator({ clock, limits: false, generationMs: 20_000 });
  const q = elementOf(await send(simulator), "ReferenceCode");
  const poll = async () => (await get(simulator, "GetStatement", { q })).text();
  expect(await poll()).toContain("<Status>Warn</Status>\n<ErrorCode>1019<");
  clock.advance(19_999);
  expect(codeOf(await poll())).toBe("1019");
  clock.advance(1);
  expect(await poll()).toContain("<FlexQueryResponse");
});

test("service: tokens expire, are replaced, refuse addresses, and lock after too many failures", async () => {
  const clock = movableClock(morningOf("2026-02-06"));
  const tokens = [{ validUntilMs: clock.now() + 1000 }, { addressRefused: true }, { serviceActive: false }];
  await using simulator = await startIbkrSimulator({ clock, limits: false, tokens, failuresMax: 3, lockMs: 60_000 });
  const codes = () =>
    Promise.all(simulator.tokens.map(async ({ token }) => codeOf(await send(simulator, { t: token }))));
  expect(await codes()).toEqual(["", "1013", "1011"]);
  clock.advance(1000);
  expect(await codes()).toEqual(["1012", "1013", "1011"]);
  const old = simulator.token.token;
  const fresh = simulator.replaceToken();
  expect(codeOf(await send(simulator, { t: old }))).toBe("1015");
  expect(codeOf(await send(simulator, { t: fresh.token }))).toBe("");
  for (let turn = 0; turn < 3; turn += 1) await send(simulator, { t: fresh.token, q: "1" });
  expect(codeOf(await send(simulator, { t: fresh.token }))).toBe("1025");
  clock.advance(60_000);
  expect(codeOf(await send(simulator, { t: fresh.token }))).toBe("");
});

test("service: no user agent is 403, other paths 404, the old path 1001, an unknown reference 1017", async () => {
  await using simulator = await startIbkrSimulator({ limits: false });
  expect((await fetch(`${simulator.url}/SendRequest?v=3`, { headers: { "user-agent": "" } })).status).toBe(403);
  expect((await get(simulator, "Elsewhere")).status).toBe(404);
  expect((await fetch(`${simulator.url}/SendRequest`, { method: "POST" })).status).toBe(405);
  const old = `${new URL(simulator.url).origin}/Universal/servlet/FlexStatementService.SendRequest?v=3&q=1000001`;
  expect(codeOf(await (await fetch(old)).text())).toBe("1001");
  expect(codeOf(await (await get(simulator, "GetStatement", { q: "5" })).text())).toBe("1017");
  expect(simulator.refusals).toEqual({ "HTTP 403": 1, "HTTP 404": 1, "HTTP 405": 1, "1001": 1, "1017": 1 });
});

test("service: the log holds every request and no token", async () => {
  await using simulator = await startIbkrSimulator({ limits: false });
  await statement(simulator, { fd: "20250101", td: "20250102" });
  await get(simulator, "Elsewhere");
  const seen = simulator.requests.map(({ step, outcome, status, userAgent }) => [step, outcome, status, userAgent]);
  expect(seen).toEqual([
    ["SendRequest", "ok", 200, "Java/1.8"],
    ["GetStatement", "ok", 200, "Java/1.8"],
    ["Elsewhere", "HTTP 404", 404, "Java/1.8"],
  ]);
  expect(JSON.stringify(simulator.requests)).not.toContain(simulator.token.token);
  expect(simulator.requests[0]?.parameters).toMatchObject({ t: "[redacted]", fd: "20250101" });
});

test("service: several accounts, by day, or consolidated with copies for the account '-'", async () => {
  const clock = { now: () => morningOf("2026-02-06") };
  const period = { kind: "fixed", fromDay: "2026-02-02", toDay: "2026-02-05" } as const;
  const queries = [
    { type: "AF" as const, id: "1", period },
    { type: "AF" as const, id: "2", period, breakoutByDay: true },
    { type: "AF" as const, id: "3", period, consolidated: true },
    { type: "AF" as const, id: "4", period, accounts: ["U2"] },
    { type: "AF" as const, id: "5", period, accounts: ["U3"] },
    { type: "AF" as const, id: "6", period, breakoutByDay: true, quietDays: "left-out" as const },
  ];
  const accounts = [{ accountId: "U1", alias: "one" }, { accountId: "U2" }];
  const entries = [...stockRebookDay("U1"), ...stockRebookDay("U2")];
  await using simulator = await startIbkrSimulator({ clock, limits: false, queries, accounts, entries });
  const texts = await Promise.all(["1", "2", "3", "4", "5", "6"].map((q) => statement(simulator, { q })));
  const counts = texts.map((text) => /FlexStatements count="(\d+)"/.exec(text)?.[1]);
  expect(counts).toEqual(["2", "8", "1", "1", undefined, "4"]);
  expect(texts.map((text) => rowsOf(text, "FlexStatement").length)).toEqual([2, 8, 1, 1, 0, 4]);
  expect(texts.map((text) => rowsOf(text, "Trade").length)).toEqual([6, 6, 12, 3, 0, 6]);
  const ids = rowsOf(texts[2] ?? "", "Trade").map(({ attributes }) => attributes.accountId);
  expect(new Set(ids)).toEqual(new Set(["U1", "U2", "-"]));
  expect(codeOf(texts[4] ?? "")).toBe("1016");
});

test("service: every published code has its text", () => {
  const codes = ["1001", "1003", ...Array.from({ length: 18 }, (_, index) => String(1004 + index)), "1025"];
  expect([...flexErrors.keys()]).toEqual(codes);
});
