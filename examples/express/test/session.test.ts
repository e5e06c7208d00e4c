import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Client } from "./support/client.ts";
import { openTestServer, PASSWORD, type TestServer } from "./support/test-server.ts";

let server: TestServer;
let alan: Client;
beforeAll(async () => {
  server = await openTestServer({ loginFailures: 3, bodyBytes: 2000 });
  alan = await server.signedUp("alan");
});
afterAll(() => server.close());

describe("sessions", () => {
  it("sign-up logs in; the same name again is refused, in any case", async () => {
    const ada = await server.signedUp("Ada");
    expect((await ada.get("/api/session")).body).toMatchObject({ user: { name: "ada" } });
    const again = await ada.post("/api/users", { name: "ADA", password: PASSWORD });
    expect(again).toMatchObject({ status: 409, body: { title: "Conflict", status: 409 } });
  });

  it("login needs the password, and a wrong one and an unknown name get one answer", async () => {
    const browser = server.visitor();
    await browser.get("/api/session");
    const wrong = await browser.post("/api/session", { name: "alan", password: `${PASSWORD}!` });
    const unknown = await browser.post("/api/session", { name: "nobody", password: PASSWORD });
    expect(wrong).toMatchObject({ status: 401, body: { detail: "name or password is wrong" } });
    expect({ ...unknown.body, instance: "" }).toEqual({ ...wrong.body, instance: "" });
    expect((await browser.get("/api/jobs")).status).toBe(401);
    expect((await browser.post("/api/session", { name: "Alan", password: PASSWORD })).status).toBe(200);
    expect((await browser.get("/api/jobs")).status).toBe(200);
  });

  it("login changes the session's id and its token; the old ones are worth nothing", async () => {
    const browser = server.visitor();
    await browser.get("/api/session");
    const before = { cookie: browser.cookie ?? "", token: browser.csrfToken ?? "" };
    await browser.post("/api/session", { name: "alan", password: PASSWORD });
    expect(browser.cookie).not.toBe(before.cookie);
    expect(browser.csrfToken).not.toBe(before.token);
    const planted = { headers: { cookie: before.cookie } };
    expect((await server.visitor().send("GET", "/api/jobs", planted)).status).toBe(401);
    const oldToken = { headers: { "x-csrf-token": before.token } };
    expect((await browser.send("POST", "/api/sync", oldToken)).status).toBe(403);
  });

  it("logout ends the session also for who has kept its cookie", async () => {
    const browser = await server.signedUp("barbara");
    const cookie = browser.cookie ?? "";
    expect((await browser.delete("/api/session")).status).toBe(204);
    expect((await server.visitor().send("GET", "/api/jobs", { headers: { cookie } })).status).toBe(401);
  });

  it("the cookie is kept from scripts and from other sites", async () => {
    const { headers } = await server.visitor().get("/api/session");
    expect(headers.get("set-cookie")).toMatch(/^fillbook=.*; Path=\/; .*HttpOnly; SameSite=Lax$/);
  });

  it("a body that is not as it must be is refused with its fields", async () => {
    const browser = server.visitor();
    await browser.get("/api/session");
    const answer = await browser.post("/api/users", { name: "x", password: "short", role: "admin" });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(answer.body.errors).toEqual([
      { field: "name", message: "is not a name of 2 to 100 letters, digits and . _ @ + -" },
      { field: "password", message: "is shorter than 12 characters" },
      { field: "role", message: "is not known here" },
    ]);
  });
});

describe("what stands before the routes", () => {
  it("an unsafe request without the session's token is refused, whoever is logged in", async () => {
    for (const [method, path] of [
      ["POST", "/api/users"],
      ["POST", "/api/session"],
      ["DELETE", "/api/session"],
      ["POST", "/api/connections"],
      ["PATCH", "/api/connections/1"],
      ["PUT", "/api/connections/1/credentials"],
      ["DELETE", "/api/connections/1"],
      ["POST", "/api/sync"],
      ["POST", "/api/problems/1/resolve"],
    ] as const) {
      expect((await alan.send(method, path, {})).status).toBe(403);
      expect((await alan.send(method, path, { headers: { "x-csrf-token": "guessed" } })).status).toBe(403);
    }
    expect((await alan.get("/api/jobs")).status).toBe(200);
  });

  it("answers carry the security headers and say nothing of the framework", async () => {
    const { headers } = await server.visitor().get("/api/session");
    const policy = headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none';script-src 'self';style-src 'self';");
    expect(policy).not.toMatch(/unsafe|https:|\*/);
    expect(headers.get("strict-transport-security")).toContain("max-age=");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.has("x-powered-by")).toBe(false);
    expect(headers.has("access-control-allow-origin")).toBe(false);
  });

  it("a body that is too large, or no JSON, is a problem document that does not quote it", async () => {
    const headers = { "content-type": "application/json", "x-csrf-token": alan.csrfToken ?? "" };
    const large = JSON.stringify({ connector: "hush-hush".repeat(300) });
    const tooLarge = await alan.send("POST", "/api/connections", { headers, body: large });
    expect(tooLarge).toMatchObject({ status: 413, body: { status: 413, detail: "the body is too large" } });
    const cut = await alan.send("POST", "/api/connections", { headers, body: '{"credentials":hush-hush' });
    expect(cut).toMatchObject({ status: 400, body: { status: 400, detail: "the body is not JSON" } });
    expect(server.told.join("\n")).not.toContain("hush");
  });

  it("unknown routes and paths that cannot be decoded are problem documents", async () => {
    const unknown = await alan.get("/api/nothing");
    expect(unknown).toMatchObject({ status: 404, body: { type: "about:blank", title: "Not Found", status: 404 } });
    expect(unknown.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect((await alan.get("/api/jobs/%E0%A4%A")).status).toBe(400);
    expect((await alan.get("/api/jobs/%00")).status).toBe(404);
  });

  it("logins that fail too often are refused from then on, the right password too", async () => {
    const browser = server.visitor();
    await browser.get("/api/session");
    const guess = () => browser.post("/api/session", { name: "alan", password: "a wrong password" });
    let answer = await guess();
    for (let tries = 1; tries < 5 && answer.status === 401; tries += 1) answer = await guess();
    expect(answer).toMatchObject({ status: 429, body: { status: 429, title: "Too Many Requests" } });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(60);
    expect((await browser.post("/api/session", { name: "alan", password: PASSWORD })).status).toBe(429);
  });
});
