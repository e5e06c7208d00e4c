import { inspect } from "node:util";
import { createFillbook, type FillbookOptions, ImportError, type Json, type Vault } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { aesVault } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, expectTypeOf, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";

const keys = [
  { id: "old", key: new Uint8Array(32).fill(1) },
  { id: "new", key: new Uint8Array(32).fill(2) },
];

/** A scripted broker that tells which tokens it saw; each token opens the account behind its colon. */
function aBroker() {
  const seen: unknown[] = [];
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    async check({ credentials }) {
      seen.push(`check ${credentials.token}`);
      const accountRef = String(credentials.token).split(":")[1] ?? "A1";
      if (accountRef === "refused") throw new ImportError("CREDENTIALS_INVALID", "the broker refused the token");
      return { accountRef, accounts: [accountRef], permissions: [], historyFrom: null, warnings: [] };
    },
    async *pull({ credentials }) {
      seen.push(`pull ${credentials.token}`);
      yield scriptedPage({ records: [{ kind: "execution", execution: anExecution() }] }, 1);
    },
  };
  return { connector, seen };
}

function aWorld(extra: Partial<FillbookOptions<readonly AnyConnector[]>> = {}) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const { connector, seen } = aBroker();
  const vault = aesVault({ keys, primary: "old" });
  const options = { store, connectors: [connector], clock, vault, ...extra };
  const book = createFillbook(options);
  return { clock, store, seen, book, options, user: book.forUser("ann") };
}

const connecting = { connector: "scripted", credentials: { token: "c4n4ry:A1" }, allowSecond: true } as const;

test("connect: credentials are checked once, sealed, and opened by the run", async () => {
  const { book, store, user, seen } = aWorld();
  const connection = await user.connect(connecting);
  expect(connection).toMatchObject({ accountRef: "A1", status: "active" });
  const sealed = await store.sealedCredentials("ann", connection.id);
  expect(sealed).toMatchObject({ v: 1, kid: "old" });
  expect(JSON.stringify([sealed, connection, await user.connections()])).not.toContain("c4n4ry");
  expect(ranReport(await book.ingest({ connectionId: connection.id, mode: "scheduled" })).status).toBe("succeeded");
  expect(seen).toEqual(["check c4n4ry:A1", "pull c4n4ry:A1"]);
  expect(await store.sealedCredentials("ann", connection.id)).toEqual(sealed);
});

test.each<readonly [string, object, string]>([
  ["without credentials", { credentials: undefined }, "CREDENTIALS_MALFORMED"],
  ["with malformed ones", { credentials: { token: 7 } }, "CREDENTIALS_MALFORMED"],
  ["with a bigint among them", { credentials: { token: "c4n4ry", big: 1n } }, "CREDENTIALS_MALFORMED"],
  ["with endless ones", { credentials: { token: "c4n4ry".repeat(20_000) } }, "CREDENTIALS_MALFORMED"],
  ["with refused ones", { credentials: { token: "c4n4ry:refused" } }, "CREDENTIALS_INVALID"],
  ["with another account's", { accountRef: "A2" }, "ACCOUNT_MISMATCH"],
  ["offline with credentials", { offline: true, accountRef: "A1" }, "FEATURE_UNAVAILABLE"],
])("connect: %s it is refused, and nothing is stored", async (_name, extra, code) => {
  const { store, user } = aWorld();
  const refused = user.connect({ ...connecting, ...extra });
  await expect(refused).rejects.toMatchObject({ code, message: expect.not.stringContaining("c4n4ry") });
  expect((await user.connections()).items).toEqual([]);
  expect(await store.listSealedCredentials({ after: "", limit: 10 })).toEqual([]);
});

test("connect: without a vault and a credentials function it fails at once, before the broker is asked", async () => {
  const { clock, store } = aWorld();
  const { connector, seen } = aBroker();
  const user = createFillbook({ store, connectors: [connector], clock }).forUser("ann");
  const refused = { code: "OPTION_INVALID", message: expect.stringContaining("vault") };
  await expect(user.connect(connecting)).rejects.toMatchObject(refused);
  expect(seen).toEqual([]);
});

test("connect: a credentials function wins over the vault: nothing is sealed, and given ones are refused", async () => {
  const { store, user, seen } = aWorld({ credentials: async () => ({ token: "asked" }) });
  const { id } = await user.connect({ connector: "scripted" });
  expect([seen, await store.sealedCredentials("ann", id)]).toEqual([["check asked"], null]);
  await expect(user.connect(connecting)).rejects.toMatchObject({ code: "OPTION_INVALID" });
  await expect(user.reconnect(id, { token: "given" })).rejects.toMatchObject({ code: "OPTION_INVALID" });
  expect(await user.reconnect(id)).toMatchObject({ status: "active" });
});

test("vault: an outage ends the run as CREDENTIALS_UNAVAILABLE, and nobody has to log in again", async () => {
  const { book, options, user, seen } = aWorld();
  const { id } = await user.connect(connecting);
  const down = { open: () => Promise.reject(new ImportError("CREDENTIALS_INVALID", "key service: 403")) };
  const failing: Vault = { ...options.vault, ...down };
  const report = ranReport(
    await createFillbook({ ...options, vault: failing }).ingest({ connectionId: id, mode: "manual" }),
  );
  expect(report).toMatchObject({ status: "failed", error: { code: "CREDENTIALS_UNAVAILABLE", recovery: "wait" } });
  expect(await user.connection(id)).toMatchObject({ status: "active" });
  expect(seen).toEqual(["check c4n4ry:A1"]);
  expect(ranReport(await book.ingest({ connectionId: id, mode: "manual" })).status).toBe("succeeded");
});

test("vault: what cannot be sealed makes no connection, and the error holds nothing of it", async () => {
  const seal = (plain: unknown) => Promise.reject(new Error(`cannot seal ${plain}`));
  const { user } = aWorld({ vault: { ...aesVault({ keys, primary: "old" }), seal } });
  const error = await user.connect(connecting).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "CREDENTIALS_UNAVAILABLE" });
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain("c4n4ry");
  expect((await user.connections()).items).toEqual([]);
});

test.each<readonly [string, (options: { ours: Json; theirs: Json }) => Json]>([
  ["another connection's", ({ theirs }) => theirs],
  ["changed", ({ ours }) => ({ ...Object(ours), tag: Object(ours).iv })],
  ["of an unknown key", ({ ours }) => ({ ...Object(ours), kid: "lost" })],
])("vault: sealed credentials that are %s end the run as CREDENTIALS_UNAVAILABLE", async (_name, swap) => {
  const { book, store, user, seen } = aWorld();
  const [{ id }, other] = [await user.connect(connecting), await user.connect(connecting)];
  const ours = await store.sealedCredentials("ann", id);
  const theirs = await store.sealedCredentials("ann", other.id);
  await store.replaceSealedCredentials({
    owner: "ann",
    connectionId: id,
    expected: ours,
    sealed: swap({ ours, theirs }),
  });
  const report = ranReport(await book.ingest({ connectionId: id, mode: "manual" }));
  expect(report.error).toMatchObject({ code: "CREDENTIALS_UNAVAILABLE", message: expect.stringContaining(id) });
  expect(seen).toHaveLength(2);
});

test("rotation: a run seals again what an older key sealed, and a run whose vault cannot still succeeds", async () => {
  const { store, options, user } = aWorld();
  const { id } = await user.connect(connecting);
  const next = aesVault({ keys, primary: "new" });
  const unable: Vault = { ...next, seal: () => Promise.reject(new Error("read only")) };
  const run = async (vault: Vault) =>
    ranReport(await createFillbook({ ...options, vault }).ingest({ connectionId: id, mode: "manual" })).status;
  expect(await run(unable)).toBe("succeeded");
  expect(await store.sealedCredentials("ann", id)).toMatchObject({ kid: "old" });
  expect(await run(next)).toBe("succeeded");
  expect(await store.sealedCredentials("ann", id)).toMatchObject({ kid: "new" });
  expect(await run(aesVault({ keys: keys.slice(1), primary: "new" }))).toBe("succeeded");
});

test("rotation: rotateKeys seals everything again, and ended early it goes on with what is left", async () => {
  const { store, options, user } = aWorld();
  for (let count = 0; count < 105; count += 1) await user.connect(connecting);
  const next = aesVault({ keys, primary: "new" });
  const aborter = new AbortController();
  let seals = 0;
  const seal: Vault["seal"] = (plain, binding) => {
    seals += 1;
    if (seals === 102) aborter.abort();
    return next.seal(plain, binding);
  };
  const book = createFillbook({ ...options, vault: { ...next, seal } });
  await expect(book.rotateKeys({ signal: aborter.signal })).rejects.toThrow();
  expect(await book.rotateKeys()).toEqual({ rotated: 3, kept: 102, failed: 0 });
  expect(await book.rotateKeys()).toEqual({ rotated: 0, kept: 105, failed: 0 });
  const rows = await store.listSealedCredentials({ after: "", limit: 200 });
  expect(rows.every(({ sealed }) => Object(sealed).kid === "new")).toBe(true);
});

test("rotation: who replaced or deleted credentials meanwhile keeps the last word", async () => {
  const { store, options, user } = aWorld();
  const [first, second] = [await user.connect(connecting), await user.connect(connecting)];
  const next = aesVault({ keys, primary: "new" });
  const open: Vault["open"] = async (sealed, binding) => {
    if (binding.connectionId === first.id) await user.disconnect(first.id);
    else await user.reconnect(second.id, { token: "changed:A1" });
    return next.open(sealed, binding);
  };
  const report = await createFillbook({ ...options, vault: { ...next, open } }).rotateKeys();
  expect(report).toEqual({ rotated: 0, kept: 2, failed: 0 });
  expect(await store.sealedCredentials("ann", first.id)).toBeNull();
  expect(await store.sealedCredentials("ann", second.id)).toMatchObject({ kid: "old" });
});

test("rotation: one that does not open is counted and does not stop the others, an outage does", async () => {
  const { store, options, user } = aWorld();
  const connections = [];
  for (let count = 0; count < 21; count += 1) connections.push(await user.connect(connecting));
  const [{ id: connectionId } = expect.fail("none")] = connections;
  const expected = await store.sealedCredentials("ann", connectionId);
  await store.replaceSealedCredentials({ owner: "ann", connectionId, expected, sealed: { torn: true } });
  const next = aesVault({ keys, primary: "new" });
  const down: Vault = { ...next, open: () => Promise.reject(new Error("down")) };
  const outage = { code: "CREDENTIALS_UNAVAILABLE", message: expect.stringContaining("in a row") };
  await expect(createFillbook({ ...options, vault: down }).rotateKeys()).rejects.toMatchObject(outage);
  expect(await createFillbook({ ...options, vault: next }).rotateKeys()).toEqual({ rotated: 20, kept: 0, failed: 1 });
  const without = createFillbook({ store, connectors: options.connectors });
  await expect(without.rotateKeys()).rejects.toMatchObject({ code: "OPTION_INVALID" });
});

test("types: credentials are those of the connector that is named", () => {
  const connectors = [scripted({ pages: [] })] as const;
  const book = createFillbook({ store: memoryStore(), connectors, vault: aesVault({ keys, primary: "old" }) });
  type Request = Parameters<ReturnType<typeof book.forUser>["connect"]>[0];
  expectTypeOf<{ connector: "scripted"; credentials: { token: string } }>().toExtend<Request>();
  expectTypeOf<{ connector: "scripted"; credentials: { token: number } }>().not.toExtend<Request>();
  expectTypeOf<{ connector: "scripted"; offline: true; accountRef: string }>().toExtend<Request>();
  expectTypeOf<{ connector: "scripted"; offline: true }>().not.toExtend<Request>();
});
