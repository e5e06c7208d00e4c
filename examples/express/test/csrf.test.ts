import type { Request } from "express";
import { expect, it } from "vitest";
import { csrfTokenOf, requireCsrfToken } from "../src/csrf.ts";

// Goal: a token is compared by digests of one length, in constant time. Method: tokens of every length: a comparison in
// constant time that was given the texts themselves would throw where their lengths differ, and not refuse.

const requestWith = (token: string | undefined, session: object) =>
  ({ method: "POST", session, get: () => token }) as unknown as Request;

function statusFor(token: string | undefined, session: object): number | undefined {
  let status: number | undefined;
  requireCsrfToken(requestWith(token, session), {} as never, (error?: unknown) => {
    status = (error as { readonly status: number } | undefined)?.status;
  });
  return status;
}

it.each([
  ["the right one passes", (token: string) => token, undefined],
  ["a shorter one does not", (token: string) => token.slice(1), 403],
  ["an empty one does not", () => "", 403],
  ["one that differs at its end does not", (token: string) => `${token.slice(0, -1)}!`, 403],
  ["a very long one does not", (token: string) => token.repeat(1000), 403],
  ["one of other signs does not", () => "\u00e9\u{1f600}", 403],
])("%s", (_name, sent, status) => {
  const session = {};
  const token = csrfTokenOf(requestWith(undefined, session));
  expect(token).toHaveLength(43);
  expect(statusFor(sent(token), session)).toBe(status);
});

it.each([
  ["no token", undefined, { csrfToken: "t" }],
  ["a token of no session", "t", {}],
])("%s does not pass", (_name, token, session) => expect(statusFor(token, session)).toBe(403));
