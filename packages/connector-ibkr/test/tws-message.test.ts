import { expect, test } from "vitest";
import { readTwsHello, readTwsMessage } from "../src/tws-message.ts";
import { twsRecord } from "../src/tws-record.ts";
import { commissionWords, executionWords, frame } from "./support/raw-tws.ts";

const place = "127.0.0.1:4001";
const read = (version: number, ...words: readonly string[]) =>
  readTwsMessage(frame(...words).subarray(4), { place, version });
const refused = expect.objectContaining({ code: "PROTOCOL" });

test("message: the handshake is a version and a time", () => {
  const hello = (...words: readonly string[]) => readTwsHello(frame(...words).subarray(4), place);
  expect(hello("176", "20260302 13:00:00 CET")).toEqual({ version: 176, time: "20260302 13:00:00 CET" });
  expect(hello("-1", "")).toEqual({ version: -1, time: "" });
  for (const words of [[], ["176"], ["abc", ""], ["176", "now", "more"], ["1".repeat(9), ""]]) {
    expect(() => hello(...words)).toThrow(refused);
  }
});

// Executions of servers before 136 begin with a version of their own, and before 103 have no model code.
const words = executionWords("0001.01", { 26: "plan 4" });
const [id = "", reqId = "", ...rest] = words;
const byVersion: readonly (readonly [number, readonly string[]])[] = [
  [100, [id, "10", reqId, ...rest.slice(0, -2)]],
  [103, [id, "10", reqId, ...rest.slice(0, -1)]],
  [135, [id, "10", reqId, ...rest.slice(0, -1)]],
  [136, words],
  [177, words],
  [178, [...words, "0"]],
  [193, [...words, "0"]],
];

test.each(byVersion)("message: an execution of a server of version %i is read by its words", (version, told) => {
  const message = read(version, ...told);
  expect(message).toMatchObject({
    ...{ kind: "execution" },
    execution: { execId: "0001.01", account: "U1234567", clientId: "71", secType: "STK" },
  });
  if (message?.kind !== "execution") throw new Error("it is no execution");
  const { contract, execution } = twsRecord(message.execution, null);
  expect(contract).toMatchObject({ conId: "320227571", symbol: "QQQ", strike: "0.0", tradingClass: "NMS" });
  expect(execution).toMatchObject({ orderId: "12", shares: "10", price: "590.25", avgPrice: "590.25" });
  expect(execution).toMatchObject({ permId: "1000000007", orderRef: "plan 4", cumQty: "10" });
  expect(() => read(version, ...told.slice(0, -1))).toThrow(refused);
  expect(() => read(version, ...told, "", "", "", "", "")).toThrow(refused);
});

test("message: an id that is also another word does not move the amounts", () => {
  for (const execId of ["11", "1", "12", "STK", "QQQ", ""]) {
    const message = read(176, ...executionWords(execId));
    if (message?.kind !== "execution") throw new Error("it is no execution");
    const { execution } = twsRecord(message.execution, null);
    expect(execution).toMatchObject({ execId, shares: "10", price: "590.25", clientId: "71" });
  }
});

test("message: a commission is joined by name", () => {
  const [execution, commission] = [read(176, ...executionWords("a.01")), read(176, ...commissionWords("a.01", "1.25"))];
  if (execution?.kind !== "execution" || commission?.kind !== "commission") throw new Error("they are neither");
  expect(twsRecord(execution.execution, commission.commission).commission).toEqual({
    ...{ execId: "a.01", commission: "1.25", currency: "USD", realizedPNL: "", yield: "", yieldRedemptionDate: "" },
  });
});

test("message: a code's text is what a person reads, and bounded", () => {
  const text = "\\u00e9t\\u00E9 \\u12";
  expect(read(176, "4", "2", "-1", "2104", text, "")).toEqual({
    kind: "code",
    reqId: -1,
    code: 2104,
    text: "été \\u12",
  });
  const long = read(176, "4", "2", "7", "321", "x".repeat(50_000), "");
  expect(long).toEqual({ kind: "code", reqId: 7, code: 321, text: "x".repeat(1_000) });
});

test("message: one that nobody needs is none", () => {
  for (const number of ["1", "2", "3", "5", "10", "97", "107", "999", "11000"]) expect(read(176, number)).toBeNull();
});
