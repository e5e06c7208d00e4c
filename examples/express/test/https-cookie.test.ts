import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, it } from "vitest";
import { csrfTokenOf } from "../src/csrf.ts";
import { SessionStore } from "../src/session-store.ts";
import { sessions } from "../src/sessions.ts";

it("behind https the cookie is for this host alone and goes over https only", async () => {
  const store = new SessionStore({ query: async () => ({ rows: [] }) });
  const app = express().set("trust proxy", 1);
  app.use(sessions({ store, secret: "s".repeat(32), isHttps: true }));
  app.get("/", (request, response) => void response.json(csrfTokenOf(request)));
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has an address of this form.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const cookieOver = async (protocol: string) =>
    (await fetch(url, { headers: { "x-forwarded-proto": protocol } })).headers.get("set-cookie");
  expect(await cookieOver("https")).toMatch(/^__Host-fillbook=.*; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/);
  expect(await cookieOver("http")).toBeNull();
  server.close();
});
