import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { errorRecovery, ImportError, silentLogger } from "@fillbook/core";
import express from "express";
import { expect, it } from "vitest";
import { answerError } from "../src/answer-error.ts";
import { errorStatus } from "../src/error-status.ts";
import { problemDocument } from "../src/problem-document.ts";

/** What a client gets, and what is logged, when a route throws this. */
async function answerTo(error: unknown) {
  const logged: object[] = [];
  const logger = { ...silentLogger, error: (data: object) => void logged.push(data) };
  const app = express();
  app.get("/", () => {
    throw error;
  });
  const server = app.use(answerError(logger)).listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const answer = { status: response.status, headers: response.headers, text: await response.text(), logged };
  server.close();
  return answer;
}

it("a broker's error tells its code, what helps, and when", async () => {
  const details = { retryAfterMs: 1500, connectionId: "c1", cause: new Error("?token=hush") };
  const answer = await answerTo(new ImportError("RATE_LIMITED", "the broker limits calls", details));
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("2");
  expect(JSON.parse(answer.text)).toEqual({
    type: "urn:fillbook:error:RATE_LIMITED",
    title: "Service Unavailable",
    status: 503,
    detail: "the broker limits calls",
    instance: expect.stringMatching(/^urn:uuid:/),
    code: "RATE_LIMITED",
    recovery: "wait",
    retryAfterMs: 1500,
    connectionId: "c1",
  });
  expect(JSON.stringify(answer.logged)).not.toContain("hush");
});

it("an unknown error tells nothing but the id that the log has too", async () => {
  const answer = await answerTo(Object.assign(new Error("a defect"), { parameters: ["hush"] }));
  const { instance, ...rest } = JSON.parse(answer.text);
  expect(rest).toEqual({ type: "about:blank", title: "Internal Server Error", status: 500 });
  expect(answer.logged).toMatchObject([{ instance, stack: expect.stringContaining("a defect") }]);
  expect(JSON.stringify(answer.logged)).not.toContain("hush");
});

it("every error code of the library has a status", () => {
  expect(Object.keys(errorStatus).sort()).toEqual(Object.keys(errorRecovery).sort());
});

it("a defect's own words stay in the log", () => {
  const problem = problemDocument(new ImportError("UNEXPECTED", "words"), "urn:uuid:1");
  expect(problem).toMatchObject({ status: 500, code: "UNEXPECTED" });
  expect(problem).not.toHaveProperty("detail");
});
