import { secret } from "@fillbook/connector-kit";
import { errorRecovery } from "@fillbook/core";
import { describe, expect, test } from "vitest";
import { readKrakenAnswer } from "../src/kraken-answer.ts";
import { krakenFailure } from "../src/kraken-errors.ts";

const nowMs = 1_741_500_000_000;
const context = { endpoint: "TradesHistory", nowMs, recoveryMs: 12_122, secrets: [secret("c4n4ry")] };

describe("errors: each of Kraken's has a code", () => {
  test.each([
    ["EAPI:Rate limit exceeded", "RATE_LIMITED", 12_122],
    ["EAuth:Rate limit exceeded", "RATE_LIMITED", 12_122],
    ["EAuth:Too many requests", "RATE_LIMITED", 12_122],
    ["EGeneral:Too many requests", "RATE_LIMITED", 12_122],
    ["EService:Throttled", "RATE_LIMITED", 5_000],
    ["EService: Throttled: 1741500030", "RATE_LIMITED", 30_000],
    ["EGeneral:Temporary lockout", "LOCKED_OUT", 900_000],
    ["EAPI:Invalid nonce", "NONCE_REJECTED", null],
    ["EAPI:Invalid key", "CREDENTIALS_INVALID", null],
    ["EAPI:Invalid signature", "CREDENTIALS_INVALID", null],
    ["EAPI:Invalid arguments:otp required", "CREDENTIALS_INVALID", null],
    ["EGeneral:Permission denied", "PERMISSION_DENIED", null],
    ["EAPI:Permission denied", "PERMISSION_DENIED", null],
    ["EAccount:Invalid permissions", "PERMISSION_DENIED", null],
    ["EAccount:Invalid permissions:TradesHistory", "PERMISSION_DENIED", null],
    ["EAuth:Account temporary disabled", "CREDENTIALS_INVALID", null],
    ["EAuth:Account unconfirmed", "CREDENTIALS_INVALID", null],
    ["EAuth:Failed", "CREDENTIALS_INVALID", null],
    ["ETrade:User Locked", "CREDENTIALS_INVALID", null],
    ["ETrade:Locked", "CREDENTIALS_INVALID", null],
    ["ESession:Invalid session", "CREDENTIALS_INVALID", null],
    ["EService:Unavailable", "BROKER_UNAVAILABLE", null],
    ["EService: Unavailable", "BROKER_UNAVAILABLE", null],
    ["EService:Busy", "BROKER_UNAVAILABLE", null],
    ["EService:Timeout", "BROKER_UNAVAILABLE", null],
    ["EService:Market in cancel_only mode", "MAINTENANCE", 300_000],
    ["EService:Market in post_only mode", "MAINTENANCE", 300_000],
    ["EService:Deadline elapsed", "REQUEST_INVALID", null],
    ["EGeneral:Internal error", "BROKER_ERROR", null],
    ["EGeneral:Internal error:42", "BROKER_ERROR", null],
    ["EDatabase:Internal error", "BROKER_ERROR", null],
    ["EGeneral:Invalid arguments:start", "REQUEST_INVALID", null],
    ["EGeneral:Unknown method", "REQUEST_INVALID", null],
    ["EQuery:Unknown asset pair", "REQUEST_INVALID", null],
    ["EOrder:Invalid order", "REQUEST_INVALID", null],
    ["EAPI:Feature disabled:x", "FEATURE_UNAVAILABLE", null],
    ["EAPI:Bad request", "REQUEST_INVALID", null],
    ["EBM:limit exceeded:CAL", "BROKER_ERROR", null],
    ["something new", "BROKER_ERROR", null],
    ["", "BROKER_ERROR", null],
  ] as const)("%j is %s", (text, code, retryAfterMs) => {
    const { error } = krakenFailure([text], context);
    expect(error).toMatchObject({ code, retryAfterMs, recovery: errorRecovery[code] });
    expect(error.message).toContain("TradesHistory");
  });

  test("of several errors the gravest counts", () => {
    const { error } = krakenFailure(
      ["EService:Unavailable", "EAPI:Invalid key", "EGeneral:Temporary lockout"],
      context,
    );
    expect(error.code).toBe("LOCKED_OUT");
  });

  test("only 'unavailable' asks for the system status", () => {
    expect(krakenFailure(["EService:Unavailable"], context).unavailable).toBe(true);
    expect(krakenFailure(["EService:Busy"], context).unavailable).toBe(false);
  });

  test("a message carries no credential that Kraken echoes, and stays short", () => {
    const { error } = krakenFailure([`EAPI:Unheard of:c4n4ry ${"x".repeat(1_000_000)}`], context);
    expect(error.message).not.toContain("c4n4ry");
    expect(error.message.length).toBeLessThan(400);
  });
});

describe("answers: status, envelope and body", () => {
  const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
    readKrakenAnswer({ status, body, header: (name) => headers[name] ?? null }, context);

  test.each([
    [429, "", { "retry-after": "7" }, 7_000],
    [429, "", { "retry-after": "0" }, 1_000],
    [429, "", { "retry-after": "999999" }, 3_600_000],
    [429, "", { "retry-after": new Date(nowMs + 9_000).toUTCString() }, 9_000],
    [429, "", { "retry-after": "soon" }, 5_000],
    [429, "", {}, 5_000],
  ])("HTTP %i %j with %j waits %s ms", (status, body, headers, retryAfterMs) => {
    expect(answer(status, body, headers)).toMatchObject({
      kind: "failed",
      error: { code: "RATE_LIMITED", retryAfterMs },
    });
  });

  test.each([
    [503, '{"error":["EAPI:Invalid key"]}', "CREDENTIALS_INVALID"],
    [502, '{"error":', "BROKER_UNAVAILABLE"],
    [404, "<html>", "PROTOCOL"],
    [301, "", "PROTOCOL"],
    [200, "<!DOCTYPE html>", "BROKER_UNAVAILABLE"],
    [200, "", "PROTOCOL"],
    [200, "null", "PROTOCOL"],
    [200, "[]", "PROTOCOL"],
    [200, "{}", "PROTOCOL"],
    [200, '{"error":null,"result":{}}', "PROTOCOL"],
    [200, '{"error":[]}', "PROTOCOL"],
    [200, '{"error":[{"a":1}],"result":{}}', "BROKER_ERROR"],
    [200, '{"error":[],"result":{"trades":{}}', "PROTOCOL"],
  ])("HTTP %i and %s is %s", (status, body, code) => {
    expect(answer(status, body)).toMatchObject({ kind: "failed", error: { code } });
  });

  test("a warning stands beside a result", () => {
    const read = answer(200, '{"error":["WDatabase:No change"],"result":{"time":1.50}}');
    expect(read).toEqual({ kind: "result", result: { time: "1.50" }, warnings: ["WDatabase:No change"] });
  });
});
