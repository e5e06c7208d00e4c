import { expect, test } from "vitest";
import { flexErrors, type SimulatorFault, simulatedInstruments, startIbkrSimulator } from "../src/simulator/index.ts";
import { codeOf, elementOf, get, morningOf, movableClock, rowsOf, send, statement } from "./simulator-client.ts";

/** A simulator over a statement of one fill, without limits. */
async function started(startMs = morningOf("2026-02-06")) {
  const clock = movableClock(startMs);
  const simulator = await startIbkrSimulator({ clock, limits: false });
  const atMs = morningOf("2026-02-03");
  simulator.addFills({ instrument: simulatedInstruments.spy, side: "buy", quantity: "1", price: "600", atMs });
  return { simulator, clock };
}

/** The text that a fault leaves of a GetStatement. */
async function struck(fault: SimulatorFault): Promise<string> {
  const { simulator } = await started();
  const injected = simulator.inject({ step: "GetStatement", ...fault });
  const text = await statement(simulator);
  expect(injected.fired).toBe(1);
  expect(rowsOf(await statement(simulator), "Trade")).toHaveLength(1);
  await simulator.close();
  return text;
}

test.each([...flexErrors])("fault: code %s at either step, HTTP 200", async (code, message) => {
  const { simulator } = await started();
  for (const step of ["SendRequest", "GetStatement"] as const) {
    simulator.inject({ kind: "error", code, step });
    const text = await statement(simulator);
    expect(codeOf(text)).toBe(code);
    expect(elementOf(text, "ErrorMessage")).toBe(message);
    expect(elementOf(text, "Status")).toBe(code === "1019" ? "Warn" : "Fail");
  }
  expect(simulator.requests.every(({ status }) => status === 200)).toBe(true);
  await simulator.close();
});

test("fault: an unknown code with a text of its own", async () => {
  const text = await struck({ kind: "error", code: "1099", message: "Moon phase is wrong. Please try again shortly." });
  expect(elementOf(text, "ErrorMessage")).toContain("Moon phase");
});

test("fault: 1019 so many times, or for hours on the clock, then the statement", async () => {
  const { simulator, clock } = await started();
  const q = elementOf(await send(simulator), "ReferenceCode");
  const poll = async () => codeOf(await (await get(simulator, "GetStatement", { q })).text());
  simulator.inject({ kind: "in-progress", times: 3 });
  expect([await poll(), await poll(), await poll(), await poll()]).toEqual(["1019", "1019", "1019", ""]);
  simulator.inject({ kind: "in-progress", forMs: 5 * 3_600_000 });
  for (let hour = 0; hour < 5; hour += 1) {
    expect(await poll()).toBe("1019");
    clock.advance(3_600_000);
  }
  expect(await poll()).toBe("");
  await simulator.close();
});

test("fault: the address of the statement is elsewhere, in lower case, or missing", async () => {
  const { simulator } = await started();
  simulator.inject({ kind: "url", url: null });
  expect(await send(simulator)).not.toMatch(/<url>/i);
  simulator.inject({ kind: "url", url: "mirror", element: "url" });
  const mirror = elementOf(await send(simulator), "url");
  expect(mirror).toBe(`${simulator.mirrorUrl}/GetStatement`);
  simulator.inject({ kind: "url", url: "hostile" });
  const answer = await send(simulator);
  const query = `t=${simulator.token.token}&v=3&q=${elementOf(answer, "ReferenceCode")}`;
  expect(rowsOf(await (await fetch(`${mirror}?${query}`)).text(), "Trade")[0]?.attributes.symbol).toBe("SPY");
  const hostile = await (await fetch(`${elementOf(answer, "Url")}?${query}`)).text();
  expect(rowsOf(hostile, "Trade")[0]?.attributes.symbol).toBe("FAKE");
  expect(simulator.requests.map(({ server }) => server)).toEqual(["main", "main", "main", "mirror", "hostile"]);
  simulator.inject({ kind: "url", url: "http://169.254.169.254/latest/GetStatement" });
  expect(elementOf(await send(simulator), "Url")).toBe("http://169.254.169.254/latest/GetStatement");
  await simulator.close();
});

test("fault: a table, a web page, nothing, another text", async () => {
  expect(await struck({ kind: "csv" })).toMatch(/^"ClientAccountID",.*\n"U1234567",/);
  expect(await struck({ kind: "html" })).toMatch(/^<!DOCTYPE html>/);
  expect(await struck({ kind: "empty-body" })).toBe("");
  expect(await struck({ kind: "transform", transform: (body) => body.replace("U1234567", "U9") })).toContain('"U9"');
});

test("fault: other statuses, with Retry-After", async () => {
  const { simulator } = await started();
  simulator.inject({ kind: "http", status: 503, retryAfterSeconds: 30 });
  const answer = await get(simulator, "SendRequest", { q: "1000001" });
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "30"]);
  await simulator.close();
});

test("fault: cut after any byte, with a length that agrees", async () => {
  expect(await struck({ kind: "truncated", atBytes: 40 })).toHaveLength(40);
  expect(await struck({ kind: "truncated" })).not.toContain("</FlexQueryResponse>");
});

test("fault: connections that end early, start late or drip", async () => {
  const { simulator } = await started();
  simulator.inject({ kind: "reset", atBytes: 20 });
  await expect(send(simulator)).rejects.toThrow();
  simulator.inject({ kind: "reset-before-answer" });
  await expect(send(simulator)).rejects.toThrow();
  simulator.inject({ kind: "slow-headers", waitMs: 1 });
  expect(codeOf(await send(simulator))).toBe("");
  simulator.inject({ kind: "drip", waitMs: 1, chunkBytes: 30 });
  expect(await send(simulator)).toContain("</FlexStatementResponse>");
  simulator.inject({ kind: "never-answers" });
  const unanswered = send(simulator).catch(() => "ended");
  await simulator.close();
  expect(await unanswered).toBe("ended");
});

test("fault: documents that a parser must refuse or survive", async () => {
  const attack = async (name: Extract<SimulatorFault, { kind: "attack" }>["attack"], sizeBytes?: number) =>
    struck({ kind: "attack", attack: name, ...(sizeBytes === undefined ? {} : { sizeBytes }) });
  expect(await attack("entity-expansion")).toMatch(/<!ENTITY l9 "(&l8;){10}">/);
  expect(await attack("doctype")).toContain("<!DOCTYPE FlexQueryResponse>");
  expect(await attack("external-entity")).toContain("SYSTEM");
  expect((await attack("huge-attribute", 300_000)).length).toBeGreaterThan(300_000);
  expect((await attack("deep-nesting")).split("<a>")).toHaveLength(100_001);
  expect((await attack("huge-body", 3_000_000)).length).toBeGreaterThan(2_900_000);
  expect(await attack("no-end-tag")).not.toContain("</FlexQueryResponse>");
  expect(await attack("wrong-count")).toContain('count="2"');
  expect(await attack("no-count")).not.toContain("count=");
  expect(await attack("wrong-root")).toContain("<FlexQueryAnswer ");
  expect((await attack("second-root")).split("</FlexQueryResponse>")).toHaveLength(3);
});

test("fault: something happens in between, later, a number of times, or no more", async () => {
  const { simulator } = await started();
  const atMs = morningOf("2026-02-04");
  simulator.inject({
    kind: "process",
    step: "SendRequest",
    process: () => {
      simulator.addFills({ instrument: simulatedInstruments.qqq, side: "buy", quantity: "1", price: "1", atMs });
    },
  });
  expect(rowsOf(await statement(simulator), "Trade")).toHaveLength(2);
  const late = simulator.inject({ kind: "error", code: "1009", step: "SendRequest", afterRequests: 1, times: 2 });
  expect(
    [await send(simulator), await send(simulator), await send(simulator), await send(simulator)].map(codeOf),
  ).toEqual(["", "1009", "1009", ""]);
  expect(late.fired).toBe(2);
  simulator.inject({ kind: "html" }).remove();
  expect(codeOf(await send(simulator))).toBe("");
  await simulator.close();
});
