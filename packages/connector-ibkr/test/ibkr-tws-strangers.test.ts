import { beforeAll, expect, test } from "vitest";
import { twsLibrary } from "../src/tws-library.ts";
import { executionWords, frame, hello, listEnd, opened, pullFrom, rawTws } from "./support/raw-tws.ts";
import { stallMaxMs, watchStalls } from "./support/stall-watch.ts";

// Goal: whatever listens at the port of a gateway, a run ends soon, with an error that names what it looks like, and all
// else of the process goes on. Method: servers that answer with bytes of their own; limits that no run should need.

// The library takes its time to load, once in a process and whoever answers.
beforeAll(() => twsLibrary());

async function answered(...bytes: readonly (readonly number[] | Uint8Array)[]) {
  await using peer = await rawTws(bytes.map((one) => Uint8Array.from(one)));
  using stalls = watchStalls();
  const { error } = await pullFrom(peer.port, { timeouts: { connectMs: 20_000, answerMs: 20_000 } });
  expect(stalls.worstMs()).toBeLessThan(stallMaxMs);
  return error;
}

const http = Buffer.from("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
const strangers: readonly (readonly [string, readonly number[] | Uint8Array, RegExp])[] = [
  ["the smallest length there is", [0x80, 0, 0, 0, 0], /-2147483648 bytes/],
  ["a length of -4", [0xff, 0xff, 0xff, 0xfc, 0], /-4 bytes/],
  ["HTTP", http, /answered with HTTP/],
  ["a TLS alert", [0x15, 3, 1, 0, 2, 2, 0x46], /answered with TLS/],
  ["a mail server", Buffer.from("220 mail ESMTP\r\n"), /text that begins with "220 "/],
  ["zeros", Buffer.alloc(5_000), /0 bytes/],
  ["another protocol's frame", frame("hello"), /handshake with "hello/],
  ["a version that is none", frame("abc", "20260302"), /names no version/],
  ["a handshake without words", frame(), /0 bytes/],
  ["a handshake of a megabyte", frame("176", "x".repeat(1_000_000)), /names no version/],
];

test.each(strangers)("stranger: %s instead of the handshake is named", async (_name, bytes, message) => {
  expect(await answered(bytes)).toMatchObject({ code: "PROTOCOL", message: expect.stringMatching(message) });
});

test.each(strangers.slice(0, 6))("stranger: %s in the middle of a session ends it as soon", async (_name, bytes) => {
  expect(await answered(hello, opened, bytes)).toMatchObject({ code: "PROTOCOL" });
});

test("stranger: whatever the first byte is, the run ends with an error", async () => {
  using stalls = watchStalls();
  const codes = new Set<string | undefined>();
  for (let first = 0; first < 256; first += 1) {
    await using peer = await rawTws((socket) => socket.end(Buffer.from([first, 0, 0, 0, 0])));
    codes.add((await pullFrom(peer.port)).error?.code);
  }
  expect(stalls.worstMs()).toBeLessThan(stallMaxMs);
  expect(["NETWORK", "PROTOCOL"]).toEqual(expect.arrayContaining([...codes]));
});

const broken: readonly (readonly [string, Uint8Array])[] = [
  ["an execution that ends too early", frame("11", "1", "12", "320227571", "QQQ")],
  ["a commission that ends too early", frame("59", "1", "0000e0d5.01.01.01")],
  ["an execution that swallowed another message", frame(...executionWords("a.01"), "", "", "", "\u000855", "1", "1")],
  ["the end of a list without a number", frame("55", "1", "x")],
  ["accounts that are cut", frame("15", "1")],
  ["a code that is none", frame("4", "2", "-1", "x", "text", "")],
  ["a message without a number", frame("", "1")],
  ["words without an end", frame("11", "1").subarray(0, -1)],
];

test.each(broken)("stranger: %s is refused, and what came before is kept", async (_name, bytes) => {
  const length = Buffer.from(bytes);
  length.writeUInt32BE(bytes.length - 4);
  await using peer = await rawTws([
    hello,
    opened,
    Buffer.concat([frame(...executionWords("0001.01")), length, listEnd]),
  ]);
  expect(await pullFrom(peer.port)).toMatchObject({ records: 1, error: { code: "PROTOCOL" } });
});

const unasked: readonly (readonly [string, Uint8Array])[] = [
  ["a list of a length that is none", frame("97", "x", "abc")],
  ["an unknown number", frame("999", "1")],
  ["a code with broken JSON", frame("4", "2", "-1", "2104", "farm", "{oops")],
  ["a code with escapes without end", frame("4", "2", "-1", "2104", "\\u005cu005c".repeat(20_000), "")],
  ["a few words more than are known", frame(...executionWords("0002.01"), "", "0")],
  ["bytes that are no text", Buffer.concat([frame("999", "\u00ff")])],
  ["another request's end", frame("55", "1", "7")],
];

test.each(unasked)("stranger: %s does no harm", async (_name, bytes) => {
  await using peer = await rawTws([
    hello,
    opened,
    Buffer.concat([frame(...executionWords("0001.01")), bytes, listEnd]),
  ]);
  const { records, error } = await pullFrom(peer.port);
  expect([records >= 1, error]).toEqual([true, null]);
});
