import assert from "node:assert/strict";
import { instant } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { aConnection } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

/** What a vault sealed: kept apart from the connection, replaced only by who knows it, deleted with what it opens. */
export function storeCredentialsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("credentials: they are kept beside the connection, and no read of it holds them", async () => {
    const store = await makeStore();
    const sealed = { v: 1, ct: 'canary "x" \u00e9' };
    const connectionId = await aConnection(store, { sealed });
    assert.deepEqual(await store.sealedCredentials("owner", connectionId), sealed);
    const start = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 2000 });
    const reads = [start, await store.connection("owner", connectionId), await store.connections("owner", {})];
    assert.ok(!JSON.stringify(reads).includes("canary"));
  });

  test("credentials: a connection without any answers null, as one that is not there", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    assert.equal(await store.sealedCredentials("owner", connectionId), null);
    assert.equal(await store.sealedCredentials("owner", "nobody's"), null);
    const request = { owner: "owner", connectionId, expected: null, sealed: { ct: "new" } };
    assert.equal(await store.replaceSealedCredentials(request), false);
    assert.equal(await store.sealedCredentials("owner", connectionId), null);
  });

  test("credentials: of those who replace the same value one wins, and who knows an old value changes nothing", async () => {
    const store = await makeStore();
    const expected = { ct: "old" };
    const connectionId = await aConnection(store, { sealed: expected });
    const replace = (ct: string) =>
      store.replaceSealedCredentials({ owner: "owner", connectionId, expected, sealed: { ct } });
    const replaced = await Promise.all(["a", "b", "c"].map(replace));
    assert.equal(replaced.filter(Boolean).length, 1);
    const winner = { ct: ["a", "b", "c"][replaced.indexOf(true)] };
    assert.deepEqual(await store.sealedCredentials("owner", connectionId), winner);
    assert.equal(await replace("late"), false);
    assert.deepEqual(await store.sealedCredentials("owner", connectionId), winner);
  });

  test("credentials: a disconnect deletes them, and a late rotation brings nothing back", async () => {
    const store = await makeStore();
    const expected = { ct: "old" };
    const connectionId = await aConnection(store, { sealed: expected });
    await change(store, connectionId, null);
    const late = { owner: "owner", connectionId, expected, sealed: { ct: "new" } };
    assert.equal(await store.replaceSealedCredentials(late), false);
    assert.equal(await store.sealedCredentials("owner", connectionId), null);
    await change(store, connectionId, { ct: "reconnected" });
    assert.deepEqual(await store.sealedCredentials("owner", connectionId), { ct: "reconnected" });
  });

  test("credentials: the list has every owner's once, in pages by the connection's id", async () => {
    const store = await makeStore();
    await aConnection(store);
    const expected = [];
    for (const owner of ["owner", "other", "owner"]) {
      const sealed = { of: owner };
      expected.push({ owner, connectionId: await aConnection(store, { owner, sealed }), sealed });
    }
    expected.sort((left, right) => (left.connectionId < right.connectionId ? -1 : 1));
    const first = await store.listSealedCredentials({ after: "", limit: 2 });
    const rest = await store.listSealedCredentials({ after: first.at(-1)?.connectionId ?? "", limit: 2 });
    assert.deepEqual([...first, ...rest], expected);
    assert.equal(rest.length, 1);
  });
}

function change(store: BookStore, connectionId: string, sealed: { ct: string } | null) {
  const at = instant("2026-02-01T00:00:00Z");
  return store.changeConnection({ owner: "owner", connectionId, from: ["active"], at, set: {}, sealed });
}
