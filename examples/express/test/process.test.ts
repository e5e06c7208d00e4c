import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { z } from "zod";
import { lockFolder } from "../src/folder-lock.ts";
import { readSettings } from "../src/settings.ts";
import { client, itemsOf } from "./support/client.ts";
import { startServerProcess } from "./support/server-process.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fillbook-express-process-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const key = Buffer.alloc(32, 1).toString("base64");

it("start: without its secrets the server refuses and names them", async () => {
  const server = startServerProcess({ FILLBOOK_DATA_DIR: join(folder, "none") });
  expect(await server.ended()).toBe(1);
  expect(server.output()).toBe("the server does not start: SESSION_SECRET is missing; FILLBOOK_VAULT_KEY is missing\n");
});

it.each([
  ["a session secret", { FILLBOOK_VAULT_KEY: key }, "SESSION_SECRET is missing"],
  ["a long one", { FILLBOOK_VAULT_KEY: key, SESSION_SECRET: "short" }, "SESSION_SECRET is shorter than 32 characters"],
  ["a whole key", { FILLBOOK_VAULT_KEY: "QUJD", SESSION_SECRET: "s".repeat(32) }, "FILLBOOK_VAULT_KEY is not 32 bytes"],
])("settings: without %s they are refused", (_name, environment, words) => {
  expect(() => readSettings(environment)).toThrow(words);
});

it("the embedded database is for one process: a folder that another one has is refused, a dead one's is taken", async () => {
  const dataDir = await mkdtemp(join(folder, "locked-"));
  await writeFile(join(dataDir, "process.lock"), String(process.ppid));
  await expect(lockFolder(dataDir)).rejects.toThrow(`is in use by process ${process.ppid}`);
  const { pid = 0 } = spawnSync("true");
  await writeFile(join(dataDir, "process.lock"), String(pid));
  const unlock = await lockFolder(dataDir);
  await unlock();
  expect(await readdir(dataDir)).toEqual([]);
});

// Half a minute of two imports: LONG_TESTS=1 is the long run of `.ci/run`.
it.runIf(process.env.LONG_TESTS === "1")(
  "demo: one command starts it; its user logs in with the password shown, and again after a restart",
  async () => {
    const dataDir = join(folder, "demo");
    // An empty database, because making one takes as long as all the rest.
    await cp(inject("templateDir"), dataDir, { recursive: true });
    // No tick of the schedule comes between what the test asks for.
    const environment = { FILLBOOK_DEMO: "1", FILLBOOK_DATA_DIR: dataDir, FILLBOOK_CRON: "0 0 1 1 *", PORT: "0" };
    const first = startServerProcess(environment);
    const password = await first.find(/log in as demo with the password (\S+)/);
    const logIn = async (url: string) => {
      const browser = client(url, () => undefined);
      await browser.get("/api/session");
      expect((await browser.post("/api/session", { name: "demo", password })).status).toBe(200);
      return browser;
    };
    const browser = await logIn(await first.find(/"url":"([^"]+)"/));
    // Its accounts are connected and imported by then; one of them waits for a new token.
    const connections = itemsOf(await browser.get("/api/connections"));
    expect(connections.map(({ status }) => status).sort()).toEqual(["active", "active", "active", "needs_reauth"]);
    const imported = itemsOf(await browser.get("/api/inbox?limit=200")).length;
    expect(imported).toBeGreaterThan(20);
    const stranger = client(await first.find(/"url":"([^"]+)"/), () => undefined);
    await stranger.get("/api/session");
    await stranger.post("/api/users", { name: "mallory", password: "correct horse battery" });
    const gateway = { connector: "ibkr-web", credentials: { kind: "gateway" } };
    expect((await stranger.post("/api/connections", gateway)).body).toMatchObject({ code: "OPTION_INVALID" });
    expect(await first.end("SIGTERM")).toBe(0);

    const again = startServerProcess(environment);
    const later = await logIn(await again.find(/"url":"([^"]+)"/));
    const results = z.array(z.object({ report: z.object({ stats: z.object({ inserted: z.number() }) }) }));
    const synced = results.parse((await later.post("/api/sync")).body);
    expect(synced.map(({ report }) => report.stats.inserted)).toEqual([0, 0, 0]);
    expect(itemsOf(await later.get("/api/inbox?limit=200"))).toHaveLength(imported);
    expect(await again.end("SIGTERM")).toBe(0);
    expect(again.output()).not.toContain("password");

    const secrets = join(dataDir, "demo-secrets.json");
    expect((await stat(secrets)).mode & 0o777).toBe(0o600);
    expect(await readFile(secrets, "utf8")).not.toContain(password);
  },
  120_000,
);
