import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnyConnector } from "@fillbook/core/connector";
import { expect, it } from "vitest";
import { z } from "zod";
import { startDemoBrokers } from "../src/demo-brokers.ts";
import { demoSecrets } from "../src/demo-secrets.ts";
import { readSettings } from "../src/settings.ts";

// Goal: a gateway's trades are read by the user it belongs to, and by nobody who signs up.

it("demo: the gateway is the demo user's, and a stranger's attempt to connect it learns nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fillbook-express-gateway-"));
  const secrets = await demoSecrets(folder);
  const brokers = await startDemoBrokers(secrets);
  const connectors: readonly AnyConnector[] = brokers.connectors;
  const connector = connectors.find(({ id }) => id === "ibkr-web");
  const written = new Map<string, { readonly value: unknown; readonly version: number }>();
  const check = async (userId: string) =>
    connector?.check({
      userId,
      credentials: { kind: "gateway" },
      settings: z.parse(connector.settings, {}),
      signal: new AbortController().signal,
      clock: brokers.clock,
      state: {
        read: async (key) => JSON.parse(JSON.stringify(written.get(key) ?? null)),
        write: async (key, value, version) => {
          written.set(key, { value, version: version + 1 });
          return true;
        },
      },
    });
  for (const stranger of ["mallory", "", `${secrets.userId} `]) {
    await expect(check(stranger)).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: "ibkrWeb(): the host allows this owner no gateway",
    });
  }
  expect((await check(secrets.userId))?.accounts).toHaveLength(2);
  await brokers.close();
  await rm(folder, { recursive: true });
});

const secret = { FILLBOOK_VAULT_KEY: Buffer.alloc(32, 1).toString("base64"), SESSION_SECRET: "s".repeat(32) };
const gateway = { ...secret, IBKR_GATEWAY_URL: "https://localhost:5000/v1/api" };
const userId = "0b0f6c5e-8a0a-4c5e-9c55-0d7f3d0a7f11";

it("settings: a gateway is some user's, or the server does not start", () => {
  expect(readSettings(secret).gateways).toEqual([]);
  expect(() => readSettings(gateway)).toThrow("IBKR_GATEWAY_USER is missing");
  expect(() => readSettings({ ...gateway, IBKR_GATEWAY_USER: "ada" })).toThrow(
    "IBKR_GATEWAY_USER is not the id of a user",
  );
  expect(readSettings({ ...gateway, IBKR_GATEWAY_USER: userId }).gateways).toEqual([
    { url: gateway.IBKR_GATEWAY_URL, userIds: [userId] },
  ]);
});
