import { isImportError } from "@fillbook/core";
import { expect, test } from "vitest";
import { aConnection, readAll } from "../../testkit/src/suite/play.ts";
import { postgresStore } from "../src/index.ts";
import { faultPool, lostConnection } from "./support/fault-pool.ts";
import { passLeaseTime, serverStore } from "./support/test-store.ts";

// Goal: writes of one statement, which commit by themselves, say what became of them when their answer is lost.
// Method: the server has answered the statement, and its sender hears of a lost connection.

test("createConnection: a lost answer is STORE_FAILED, and the connection is there once", async () => {
  const { store, loseOne, fired } = await losingStore();
  loseOne("with created");
  expect(await codeOf(aConnection(store))).toBe("STORE_FAILED");
  expect(fired()).toBe(1);
  const connections = await readAll((after) => store.connections("owner", after));
  expect(connections.length).toBe(1);
});

test("claimDue: what a lost answer claimed is due again by itself, and nobody got it twice", async () => {
  const { store, loseOne, fired, pool, schema } = await losingStore();
  const connectionId = await aConnection(store);
  loseOne("with candidates");
  expect(await store.claimDue({ limit: 10, leaseMs: 60_000 })).toEqual([]);
  expect(fired()).toBe(1);
  expect(await store.claimDue({ limit: 10, leaseMs: 60_000 })).toEqual([]);
  await passLeaseTime(pool, { schema, ms: 61_000 });
  expect(await store.claimDue({ limit: 10, leaseMs: 60_000 })).toEqual([connectionId]);
});

test("writeState: a lost answer is STORE_FAILED and never a second write, and reading tells what became of it", async () => {
  const { store, loseOne, fired } = await losingStore();
  expect(await store.writeState("nonce", { floor: 1 }, 0)).toBe(true);
  loseOne("update");
  expect(await codeOf(store.writeState("nonce", { floor: 2 }, 1))).toBe("STORE_FAILED");
  expect(fired()).toBe(1);
  expect(await store.readState("nonce")).toEqual({ value: { floor: 2 }, version: 2 });
  expect(await store.writeState("nonce", { floor: 3 }, 1)).toBe(false);
});

test("renewLease: a lost answer is asked for again, and the lease is held", async () => {
  const { store, loseOne, fired } = await losingStore();
  const connectionId = await aConnection(store);
  const begin = { connectionId, mode: "manual", window: {}, leaseMs: 60_000 } as const;
  const start = await store.beginRun(begin);
  const token = start.kind === "started" ? start.token : 0;
  loseOne("update");
  expect(await store.renewLease({ connectionId, token, leaseMs: 60_000 })).toBe(true);
  expect(fired()).toBe(1);
  expect((await store.beginRun(begin)).kind).toBe("busy");
});

test("reads: a lost answer is asked for again", async () => {
  const { store, loseOne, fired } = await losingStore();
  const connectionId = await aConnection(store);
  loseOne("select");
  expect((await store.connection("owner", connectionId))?.id).toBe(connectionId);
  expect(fired()).toBe(1);
});

/** A store that can lose the answer to one statement. */
async function losingStore() {
  const { schema, pool } = await serverStore();
  const faults = faultPool();
  let fired = 0;
  const loseOne = (beginning: string) => {
    faults.watch({
      after({ text }) {
        if (fired > 0 || !text.trimStart().startsWith(beginning)) return;
        fired += 1;
        throw lostConnection();
      },
    });
  };
  const store = postgresStore({ pool: faults.pool }, { schema });
  return { store, pool, schema, loseOne, fired: () => fired };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "it resolved",
    (error: unknown) => (isImportError(error) ? error.code : String(error)),
  );
}
