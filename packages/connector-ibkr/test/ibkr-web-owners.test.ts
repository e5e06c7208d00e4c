import { readIbkrSession } from "@fillbook/connector-ibkr";
import { startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { webAccess } from "../src/web-access.ts";
import { readWebPolicy } from "../src/web-policy.ts";
import {
  aaplFacts,
  goodAnswer,
  type PortalQuestion,
  scriptedHost,
  scriptedPortal,
  scriptedRow,
} from "./support/scripted-portal.ts";

// Goal: what one owner's gateway says is never another owner's fact, in the store or in memory.
// Method: gateways that contradict each other, one store, and owners who read one after the other.

const evil = "https://localhost:5001/v1/api";
const honest = "https://localhost:5002/v1/api";
const gateways = [{ url: evil }, { url: honest }];
const lies = { ...aaplFacts, ticker: "EVIL", currency: "JPY", multiplier: 1000 };

/** Two gateways, each with one account and its own idea of what AAPL is. */
const contradicting = (question: PortalQuestion) => {
  const account = question.base === evil ? "U666" : "U1";
  const facts = question.base === evil ? lies : aaplFacts;
  return goodAnswer(question, { account, rows: [scriptedRow(account)], secdef: [facts] });
};

const right = { symbol: "AAPL", currency: "USD", multiplier: null };

for (const sharing of ["a process each", "one process"] as const) {
  test(`owners: what one's gateway says of an instrument counts for nobody else (${sharing})`, async () => {
    const { fetch } = scriptedPortal(contradicting);
    const { book } = scriptedHost(fetch);
    const shared = book({ gateways });
    const read = async (owner: string, gatewayUrl: string) => {
      const host = sharing === "one process" ? shared : book({ gateways });
      const user = host.forUser(owner);
      const { id } = await user.connect({ connector: "ibkr-web", settings: { gatewayUrl } });
      expect(await host.ingest({ connectionId: id, mode: "manual" })).toMatchObject({ status: "succeeded" });
      const account = gatewayUrl === evil ? "U666" : "U1";
      return (await user.executions()).items.find((one) => one.account === account)?.instrument;
    };
    expect(await read("mallory", evil)).toMatchObject({ symbol: "EVIL", currency: "JPY", multiplier: "1000" });
    expect(await read("alice", honest)).toMatchObject(right);
    // Nor do an owner's two gateways speak for each other, or a gateway to one owner for another one.
    expect(await read("mallory", honest)).toMatchObject(right);
    expect(await read("bob", evil)).toMatchObject({ currency: "JPY" });
    expect(await read("alice", evil)).toMatchObject({ currency: "JPY" });
  });
}

test("owners: an instrument is asked for once by each owner at each gateway", async () => {
  const script = scriptedPortal(contradicting);
  const { book } = scriptedHost(script.fetch);
  for (const owner of ["alice", "bob", "alice", "bob"]) {
    const host = book({ gateways });
    const user = host.forUser(owner);
    const known = (await user.connections({})).items[0]?.id;
    const id = known ?? (await user.connect({ connector: "ibkr-web", settings: { gatewayUrl: honest } })).id;
    await host.ingest({ connectionId: id, mode: "backfill" });
  }
  expect(script.paths(honest).filter((path) => path === "/trsrv/secdef")).toHaveLength(2);
});

test("owners: at a gateway that two share, each has a record of the session of its own", async () => {
  const { fetch } = scriptedPortal((question) => goodAnswer(question, { account: "U1", rows: [scriptedRow("U1")] }));
  const { book, store, clock } = scriptedHost(fetch);
  const host = book({ gateways: [{ url: honest }] });
  const alice = await host.forUser("alice").connect({ connector: "ibkr-web" });
  await host.ingest({ connectionId: alice.id, mode: "manual" });
  clock.advance(60_000);
  const bob = await host.forUser("bob").connect({ connector: "ibkr-web" });
  expect(await readIbkrSession(store, bob)).toBeNull();
  await host.ingest({ connectionId: bob.id, mode: "manual" });
  const [first, second] = [await readIbkrSession(store, alice), await readIbkrSession(store, bob)];
  expect(first?.openedAt).not.toBe(second?.openedAt);
});

test("owners: at a gateway that two share, an empty list after one's new brokerage session is asked for again by the other", async () => {
  let opened = true;
  let lists = 0;
  const script = scriptedPortal((question) => {
    const { path } = question;
    if (path === "/iserver/auth/ssodh/init") {
      opened = true;
      lists = 0;
    }
    if (!opened && path === "/tickle") {
      return { body: { session: "s", iserver: { authStatus: { authenticated: false, connected: true } } } };
    }
    if (path === "/iserver/account/trades") {
      lists += 1;
      return { body: lists === 1 ? [] : [scriptedRow("U1")] };
    }
    return goodAnswer(question, { account: "U1", secdef: [aaplFacts] });
  });
  const { book, clock } = scriptedHost(script.fetch);
  const host = book({ gateways: [{ url: honest }] });
  const bob = await host.forUser("bob").connect({ connector: "ibkr-web" });
  expect((await host.ingest({ connectionId: bob.id, mode: "manual" })).status).toBe("succeeded");
  opened = false;
  clock.advance(900_000);
  // Connecting asks for no list, so the first one of the new session is still to come.
  await host.forUser("alice").connect({ connector: "ibkr-web" });
  expect(script.paths(honest)).toContain("/iserver/auth/ssodh/init");
  const report = await host.ingest({ connectionId: bob.id, mode: "manual" });
  expect(report).toMatchObject({ status: "succeeded", stats: { fetched: 0 } });
  expect(lists).toBe(2);
});

test("owners: at a gateway that two share, another session is thrown out once an hour, and not once by each", async () => {
  let competing = true;
  const script = scriptedPortal((question) => {
    if (question.path === "/iserver/auth/ssodh/init") competing = !JSON.parse(question.body).compete;
    const authStatus = { authenticated: false, connected: true, competing: true };
    if (competing && question.path === "/tickle") return { body: { session: "s", iserver: { authStatus } } };
    return goodAnswer(question, { account: "U1", rows: [scriptedRow("U1")], secdef: [aaplFacts] });
  });
  const { book, clock } = scriptedHost(script.fetch);
  const host = book({ gateways: [{ url: honest }] });
  const connect = (owner: string) =>
    host.forUser(owner).connect({ connector: "ibkr-web", settings: { compete: true } });
  await connect("alice");
  competing = true;
  clock.advance(1_800_000);
  await expect(connect("bob")).rejects.toMatchObject({ code: "LOCKED_OUT" });
  clock.advance(1_800_000);
  await connect("bob");
});

test("owners: somebody who knows another's access token and not its secret touches none of his state", async () => {
  const simulators = [await startIbkrSimulator({ portal: {} }), await startIbkrSimulator({ portal: {} })] as const;
  const [alice, mallory] = simulators.map(({ portal }) => ({ kind: "oauth", ...portal.consumer }) as const);
  if (alice === undefined || mallory === undefined) throw new Error("two simulators have two consumers");
  const settings = { region: "america", compete: false } as const;
  const { signal } = new AbortController();
  const access = (userId: string, credentials: typeof alice) =>
    webAccess(readWebPolicy({}), { userId, credentials, settings, signal });
  const stolen = { ...mallory, accessToken: alice.accessToken };
  const own = await access("alice", alice);
  expect((await access("mallory", stolen)).key).not.toBe(own.key);
  // Who has the keys shares their limits, and still nothing that was said to the other.
  const friend = await access("bob", alice);
  expect(friend.key).toBe(own.key);
  expect(friend.ownKey).not.toBe(own.ownKey);
  for (const simulator of simulators) await simulator.close();
});
