import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { systemClock } from "@fillbook/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { embeddedDriver } from "../src/postgres-embedded.ts";

// Goal: a database in a folder outlives its driver and has one at a time. Method: real folders, in one process; the lock
// between processes has tests of its own.

describe("a folder", () => {
  test("keeps its data, and is refused to a second driver while it is open", { timeout: 60_000 }, async () => {
    const dataDir = join(await aPlace(), "new", "data");
    const first = folderDriver(dataDir);
    await first.transaction(({ script }) => script("create table kept (fact text); insert into kept values ('one')"));
    const second = folderDriver(dataDir);
    await expect(second.query("select 1")).rejects.toMatchObject({ code: "STORE_FAILED", message: inUse });
    await expect(second.query("select 1")).rejects.toMatchObject({ code: "STORE_FAILED", message: inUse });
    await first.close();
    expect(await second.query("select fact from kept")).toEqual([{ fact: "one" }]);
    expect(await readdir(join(dataDir, ".."))).toEqual(["data", "data.lock"]);
    await second.close();
    expect(await readdir(join(dataDir, ".."))).toEqual(["data"]);
  });

  test("opens once for all who use it first, and is closed after them", { timeout: 60_000 }, async () => {
    const driver = folderDriver(join(await aPlace(), "data"));
    const asked = Promise.all(["1", "2", "3"].map((value) => driver.query("select $1::integer as value", [value])));
    await driver.close();
    expect(await asked).toEqual([[{ value: "1" }], [{ value: "2" }], [{ value: "3" }]]);
  });

  test("that does not open is not kept locked", { timeout: 60_000 }, async () => {
    const dataDir = join(await aPlace(), "data");
    await mkdir(dataDir);
    await writeFile(join(dataDir, "PG_VERSION"), "9.6\n");
    await expect(folderDriver(dataDir).query("select 1")).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("does not open"),
    });
    expect(await readdir(join(dataDir, ".."))).toEqual(["data"]);
  });

  test("is no URL", () => {
    for (const dataDir of ["memory://", "file:///data", "idb://data"])
      expect(() => folderDriver(dataDir)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  });

  test("needs the optional package, and says so until it is there", { timeout: 60_000 }, async () => {
    let installed = false;
    const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    const load = async () => {
      if (!installed) throw missing;
      return { PGlite };
    };
    const driver = embeddedDriver({ dataDir: join(await aPlace(), "data") }, quick, load);
    await expect(driver.query("select 1")).rejects.toMatchObject({
      code: "FEATURE_UNAVAILABLE",
      message: expect.stringMatching(/dataDir.*npm install @electric-sql\/pglite/),
      cause: missing,
    });
    installed = true;
    await driver.query("select 1");
    await driver.close();
  });

  test("that was never used is not opened by closing", async () => {
    const place = await aPlace();
    const driver = folderDriver(join(place, "data"));
    await driver.close();
    await expect(driver.query("select 1")).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await readdir(place)).toEqual([]);
  });
});

const inUse = expect.stringContaining("in use");

const quick = { timeouts: { connectMs: 60_000 }, clock: systemClock };

function folderDriver(dataDir: string) {
  return embeddedDriver({ dataDir }, quick);
}

async function aPlace(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), "fillbook-embedded-"));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  return place;
}
