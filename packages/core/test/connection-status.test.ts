import { expect, test } from "vitest";
import { statusAfter } from "../src/connection-status.ts";

test("status: these transitions are legal and no others", () => {
  const transitions = Object.entries(statusAfter).flatMap(([act, after]) => {
    return Object.entries(after).map(([from, to]) => `${act}: ${from} -> ${to ?? "refused"}`);
  });
  expect(transitions.sort()).toEqual([
    "disconnect: active -> disconnected",
    "disconnect: disconnected -> disconnected",
    "disconnect: error -> disconnected",
    "disconnect: needs_reauth -> disconnected",
    "disconnect: pending -> disconnected",
    "reconnect: active -> active",
    "reconnect: disconnected -> active",
    "reconnect: error -> active",
    "reconnect: needs_reauth -> active",
    "reconnect: pending -> active",
    "settings: active -> active",
    "settings: disconnected -> refused",
    "settings: error -> active",
    "settings: needs_reauth -> needs_reauth",
    "settings: pending -> pending",
    "update: active -> active",
    "update: disconnected -> refused",
    "update: error -> error",
    "update: needs_reauth -> needs_reauth",
    "update: pending -> pending",
  ]);
});
