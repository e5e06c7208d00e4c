import { secret } from "@fillbook/connector-kit";
import { expect, test } from "vitest";
import { readWebAnswer } from "../src/web-answer.ts";
import { webSessionStatus } from "../src/web-status.ts";

// Goal: every body that was seen, by status and text, is what our list of errors says (trap 36).

const reading = { call: "GET /x", secrets: [secret("hush-hush")], penaltyMs: 900_000, answer: "short" } as const;
const answer = (status: number, body: string, type = "application/json") =>
  readWebAnswer({ status, body, header: (name) => (name === "content-type" ? type : null) }, reading);
const json = (error: string, statusCode: number) => JSON.stringify({ error, statusCode });

const signs = [
  [400, json("Bad Request: no bridge", 400), "no-bridge"],
  [200, '{"error":"no bridge"}', "no-bridge"],
  [200, "", "empty"],
  [500, json("Bad Request: no bridge", 500), "no-bridge"],
  [400, json("Bad Request: Please query /accounts first", 400), "accounts-first"],
  [500, '{"error":"Please query /accounts first"}', "accounts-first"],
  [400, json("Init session first", 400), "logged-out"],
  [401, "", "logged-out"],
  [401, "Unauthorized", "logged-out"],
  [401, '{"type":"/simple","title":"Unauthorized","status":401,"detail":"Access token expired"}', "logged-out"],
  [200, '{"error":"no session"}', "logged-out"],
  [200, '{"error":"not authenticated"}', "logged-out"],
  [302, "", "login-page"],
  [200, '<html><form action="/sso/Login"></form></html>', "login-page"],
  [410, "Gone", "moved"],
] as const;

test.each(signs)("answer: HTTP %d %s is %s", async (status, body, sign) => {
  expect(await answer(status, body)).toMatchObject({ kind: "sign", sign });
});

const errors = [
  [400, json("Bad Request: accountId is not valid: U9", 400), "ACCOUNT_MISMATCH", null],
  [500, '{"error":"Invalid account ID"}', "ACCOUNT_MISMATCH", null],
  [400, json("something else", 400), "REQUEST_INVALID", null],
  [401, json("id: 3931, error: invalid consumer", 401), "LOCKED_OUT", 21_600_000],
  [401, json("id: 17, error: invalid consumer", 401), "LOCKED_OUT", 21_600_000],
  [403, "<html><body>Access Denied</body></html>", "FEATURE_UNAVAILABLE", null],
  [200, "Access Denied", "FEATURE_UNAVAILABLE", null],
  [404, "Resource not found", "BROKER_UNAVAILABLE", null],
  [411, "", "REQUEST_INVALID", null],
  [429, "Too Many Requests", "RATE_LIMITED", 900_000],
  [500, '{"error":"failed to process request"}', "BROKER_ERROR", null],
  [200, '{"error":"failed to process request"}', "BROKER_ERROR", null],
  [502, "", "BROKER_UNAVAILABLE", null],
  [503, json("Service Unavailable", 503), "BROKER_UNAVAILABLE", null],
  [503, "", "BROKER_UNAVAILABLE", null],
  [504, "<html></html>", "BROKER_UNAVAILABLE", null],
  [200, "<html><h1>Maintenance</h1></html>", "BROKER_UNAVAILABLE", null],
  [200, "{", "PROTOCOL", null],
] as const;

test.each(errors)("answer: HTTP %d %s is %s", async (status, body, code, retryAfterMs) => {
  await expect(answer(status, body)).rejects.toMatchObject({ code, retryAfterMs });
});

test("answer: a message quotes the broker without secrets, controls or length", async () => {
  const body = JSON.stringify({ error: `token hush-hush \u001b[31m ${"x".repeat(900)}` });
  const error = await answer(500, body).catch((failure: Error) => failure);
  expect(error).toMatchObject({ message: expect.stringMatching(/^\P{Cc}{1,400}$/u) });
  expect(error).not.toMatchObject({ message: expect.stringContaining("hush-hush") });
});

const row = '{"order_id":90071992547409937,"size":0.1000000000000000055,"price":"1.50","trade_time_r":1702317649000}';

test("answer: numbers of rows keep their digits, whatever their field is called, and its date is read", async () => {
  const numbers = `[${row},{"future_field":1234567890.1234567890,"s\\u0069ze":12345678.12345678901,"small":1e-7}]`;
  const headers = new Map([
    ["content-type", "application/json"],
    ["date", "Mon, 05 Jan 2026 10:00:00 GMT"],
  ]);
  const response = { status: 200, body: numbers, header: (name: string) => headers.get(name) ?? null };
  expect(await readWebAnswer(response, { ...reading, answer: "rows" })).toEqual({
    kind: "ok",
    reportedAt: "2026-01-05T10:00:00.000000Z",
    value: [
      {
        order_id: "90071992547409937",
        size: "0.1000000000000000055",
        price: "1.50",
        trade_time_r: 1_702_317_649_000,
      },
      { future_field: "1234567890.1234567890", size: "12345678.12345678901", small: "1e-7" },
    ],
  });
});

const statuses = [
  ['{"authenticated":true,"established":true,"competing":false,"connected":true}', "ready"],
  ['{"authenticated":true,"competing":false,"connected":true}', "ready"],
  ['{"authenticated":true,"established":false,"competing":false,"connected":true}', "starting"],
  ['{"authenticated":true,"competing":false,"connected":false}', "starting"],
  ['{"authenticated":false,"competing":false,"connected":true,"message":"","fail":""}', "no-brokerage"],
  ['{"authenticated":false,"competing":false,"connected":false,"MAC":"98:B2"}', "logged-out"],
  ['{"authenticated":true,"competing":true,"connected":true}', "competing"],
  ['{"authenticated":false,"competing":true,"connected":true}', "competing"],
  ["{}", null],
  ["[]", null],
] as const;

test.each(statuses)("status: %s is %s", (body, status) => {
  expect(webSessionStatus(JSON.parse(body))).toBe(status);
});
