import { type IbkrTwsPolicy, ibkrTws, type TwsGateway } from "@fillbook/connector-ibkr";
import { simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { createFillbook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { expect, test } from "vitest";
import { aTwsWorld } from "./support/ibkr-tws-world.ts";
import { rawTws } from "./support/raw-tws.ts";

// Goal: a user reads only the gateways that the host allows him, and learns nothing of the others. Method: a simulated TWS
// of one owner, a server that must never be called, and policies of each form.

type Gateways = NonNullable<IbkrTwsPolicy["gateways"]>;

const forms: readonly (readonly [string, (own: readonly TwsGateway[]) => Gateways])[] = [
  ["a list", (own) => own],
  ["a function", (own) => () => own],
  ["a function that answers later", (own) => async () => own],
];

const refused = {
  code: "OPTION_INVALID",
  message: "ibkrTws(): the host allows this owner no gateway at the connection's host and port",
};

/** A host with one TWS, and another place where nobody may call. */
async function aHost() {
  const world = await aTwsWorld();
  const other = await rawTws([]);
  const { host, port } = world.tws;
  const store = memoryStore({ clock: world.clock });
  const book = (gateways: Gateways | undefined) => {
    const timeouts = { commissionMs: 0 };
    const connector = gateways === undefined ? ibkrTws({ timeouts }) : ibkrTws({ gateways, timeouts });
    const credentials = async () => ({});
    return createFillbook({ store, connectors: [connector], credentials, clock: world.clock });
  };
  return {
    ...{ world, other, book, port },
    own: [
      { host, port, userIds: ["alice"] },
      { host, port: other.port, userIds: [] },
      { host: "10.0.0.7", port, userIds: ["bob", "carol"] },
    ] satisfies readonly TwsGateway[],
    [Symbol.asyncDispose]: async () => {
      await other[Symbol.asyncDispose]();
      await world.simulator.close();
    },
  };
}

test.each(forms)(
  "gateways: by %s, an owner reaches what the host allows him, however he spells it",
  async (_form, by) => {
    await using host = await aHost();
    host.world.simulator.addFills({ instrument: simulatedInstruments.qqq, side: "buy", quantity: "1", price: "2" });
    const named = [{ host: "LocalHost", port: host.port, userIds: ["alice"] }];
    const book = host.book(by([...host.own, ...named]));
    for (const name of ["127.0.0.1", "localhost"]) {
      const settings = { host: name, port: host.port };
      const { id, accountRef } = await book
        .forUser("alice")
        .connect({ connector: "ibkr-tws", settings, allowSecond: true });
      expect(accountRef).toBe("U1234567");
      expect(await book.ingest({ connectionId: id, mode: "manual" })).toMatchObject({ status: "succeeded" });
    }
  },
);

test.each(forms)("gateways: by %s, every refusal is the same, and nobody is called", async (_form, by) => {
  await using host = await aHost();
  const book = host.book(by(host.own));
  const { port, other } = host;
  for (const [owner, settings] of [
    // Another owner's, nobody's, one that does not exist, another spelling, and none for this owner at all.
    ["carol", { port }],
    ["alice", { port: other.port }],
    ["alice", { host: "10.0.0.7", port }],
    ["alice", { host: "localhost", port }],
    ["alice", { port: 1 }],
    ["mallory", { port }],
    ["ali", { port }],
  ] as const) {
    await expect(book.forUser(owner).connect({ connector: "ibkr-tws", settings })).rejects.toMatchObject(refused);
  }
  expect([host.world.tws.connected, other.connections]).toEqual([0, 0]);
});

test.each(forms)("gateways: by %s, one that is taken away ends the connection's runs", async (_form, by) => {
  await using host = await aHost();
  const before = host.book(by(host.own));
  const { id } = await before.forUser("alice").connect({ connector: "ibkr-tws", settings: { port: host.port } });
  const { connected } = host.world.tws;
  for (const left of [[], [{ host: "127.0.0.1", port: host.port, userIds: ["bob"] }], host.own.slice(1)]) {
    const report = await host.book(by(left)).ingest({ connectionId: id, mode: "manual" });
    expect(report).toMatchObject({ status: "failed", error: refused });
  }
  expect(host.world.tws.connected).toBe(connected);
  host.world.clock.advance(900_000);
  expect(await before.ingest({ connectionId: id, mode: "manual" })).toMatchObject({ status: "succeeded" });
});

test("gateways: without the option none is allowed, and an entry without userIds is for every user", async () => {
  await using host = await aHost();
  const settings = { port: host.port };
  for (const gateways of [undefined, []]) {
    const alice = host.book(gateways).forUser("alice");
    await expect(alice.connect({ connector: "ibkr-tws", settings })).rejects.toMatchObject(refused);
  }
  const shared = host.book([{ host: "127.0.0.1", port: host.port }]);
  for (const owner of ["alice", "bob"]) {
    expect((await shared.forUser(owner).connect({ connector: "ibkr-tws", settings })).accountRef).toBe("U1234567");
  }
});

// What a host in JavaScript may write by mistake: none of it allows anybody.
const mistakes: readonly unknown[] = [
  [{ host: "127.0.0.1", port: "4001", userIds: ["alice"] }],
  [{ host: "127.0.0.1", userIds: ["alice"] }],
  [{ port: 4001, userIds: ["alice"] }],
  [{ host: "127.0.0.1:4001", port: 4001, userIds: ["alice"] }],
  [{ host: "127.0.0.1", port: 4001, userIds: "alice" }],
  ["127.0.0.1:4001"],
  [null],
  { host: "127.0.0.1", port: 4001 },
  "127.0.0.1:4001",
];

test.each(mistakes)("gateways: %j is refused, as a list and as a function's answer", async (mistake) => {
  // A host's mistake has not the option's type.
  const wrong = mistake as readonly TwsGateway[];
  const invalid = expect.objectContaining({ code: "OPTION_INVALID" });
  expect(() => ibkrTws({ gateways: wrong })).toThrow(invalid);
  await using host = await aHost();
  const alice = host.book(() => wrong).forUser("alice");
  await expect(alice.connect({ connector: "ibkr-tws", settings: { port: 4001 } })).rejects.toMatchObject({
    code: "OPTION_INVALID",
  });
});

test("gateways: a function is asked with the owner alone; where it fails, nobody is called and nobody must log in", async () => {
  await using host = await aHost();
  const asked: unknown[] = [];
  const answers = (owner: { readonly userId: string }) => {
    asked.push(owner);
    return host.own;
  };
  const { id } = await host
    .book(answers)
    .forUser("alice")
    .connect({ connector: "ibkr-tws", settings: { port: host.port } });
  expect(asked).toEqual([{ userId: "alice" }]);
  const { connected } = host.world.tws;
  const failing = () => Promise.reject(new Error("the host's database is away"));
  const report = await host.book(failing).ingest({ connectionId: id, mode: "manual" });
  expect(report).toMatchObject({ status: "failed", error: { code: "CREDENTIALS_UNAVAILABLE", recovery: "wait" } });
  expect(JSON.stringify(report)).not.toContain("database");
  expect(host.world.tws.connected).toBe(connected);
});

test("gateways: a run that is aborted while the host's function is asked ends at once", async () => {
  await using host = await aHost();
  const { id } = await host
    .book(host.own)
    .forUser("alice")
    .connect({ connector: "ibkr-tws", settings: { port: host.port } });
  const aborter = new AbortController();
  const never = () => {
    aborter.abort();
    return new Promise<readonly TwsGateway[]>(() => undefined);
  };
  const report = await host.book(never).ingest({ connectionId: id, mode: "manual", signal: aborter.signal });
  expect(report).toMatchObject({ error: { code: "ABORTED" } });
});
