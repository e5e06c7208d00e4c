import { afterAll, expect, it } from "vitest";
import { ibkrFlex } from "../packages/connector-ibkr/src/ibkr-flex.ts";
import { ibkrWeb } from "../packages/connector-ibkr/src/ibkr-web.ts";
import { startIbkrSimulator } from "../packages/connector-ibkr/src/simulator/index.ts";
import { kraken } from "../packages/connector-kraken/src/kraken.ts";
import { generateTrades, startKrakenSimulator } from "../packages/connector-kraken/src/simulator/index.ts";
import { createFillbook } from "../packages/core/src/index.ts";
import { memoryStore } from "../packages/store-memory/src/index.ts";
import { hurriedClock } from "../packages/testkit/src/index.ts";
import { sectionsOf } from "./markdown.ts";
import { readText } from "./workspace.ts";

// Goal: what connectors really write into the shared state is what the reference lists, and no owner's run writes a fact
// that another owner's run reads. Method: owners import from simulated brokers, the same gateway among them, through a store
// that notes each key that it is asked for.

const table = sectionsOf(readText("docs/reference/shared-state.md"), 2).find(({ title }) => title === "In the store");
const listed = [...(table?.body ?? "").matchAll(/^\| `([^`]+)`.*?\| (limit|fact|key) *\|/gm)].map(
  ([, key = "", kind = ""]) => ({ kind, pattern: new RegExp(`^${key.replaceAll(/<[^>]*>/g, "[^:]+")}$`) }),
);

const clock = hurriedClock();
const nowMs = clock.now();
const trades = generateTrades({ count: 60, seed: 1, fromMs: nowMs - 86_400_000, toMs: nowMs, pairs: ["XXBTZUSD"] });
const krakenAccount = await startKrakenSimulator({ clock, trades, keys: [{}, {}] });
const ibkr = await startIbkrSimulator({ clock, portal: {} });
afterAll(() => Promise.all([krakenAccount.close(), ibkr.close()]));

const { portal } = ibkr;
const tls = { ca: portal.certificate };
const connectors = [
  kraken({ baseUrl: krakenAccount.url }),
  ibkrFlex({ baseUrl: ibkr.url, loopbackUrls: [ibkr.mirrorUrl] }),
  ibkrWeb({ gateways: [{ url: portal.url, ...tls }], oauthUrls: [portal.oauthUrl], oauthTls: tls }),
];

it("connectors keep only what the reference lists, and no owner another owner's facts", async () => {
  const keys = { ada: new Set<string>(), bob: new Set<string>() };
  for (const owner of ["ada", "bob"] as const) await importAs(owner, keys[owner]);
  const asked = [...new Set([...keys.ada, ...keys.bob])];
  const kindOf = (key: string) => listed.find(({ pattern }) => pattern.test(key.replace(/^[a-z]+\//, "")))?.kind;
  expect(asked.length).toBeGreaterThan(15);
  expect(asked.filter((key) => kindOf(key) === undefined)).toEqual([]);
  expect(new Set(asked.map(kindOf))).toEqual(new Set(["limit", "fact", "key"]));
  const shared = [...keys.ada].filter((key) => keys.bob.has(key));
  expect(shared.filter((key) => kindOf(key) === "fact")).toEqual([]);
  expect(shared.some((key) => key.includes("web:lease:"))).toBe(true);
});

/** Imports from every interface; `noted` gets the keys of the shared state that were read or written. */
async function importAs(owner: "ada" | "bob", noted: Set<string>): Promise<void> {
  const kept = store;
  const book = createFillbook({
    connectors,
    clock,
    credentials: async ({ id }) => credentials.get(id) ?? next,
    store: {
      ...kept,
      readState: (key) => kept.readState(note(noted, key)),
      writeState: (key, value, version) => kept.writeState(note(noted, key), value, version),
    },
  });
  const user = book.forUser(owner);
  const { apiKey, apiSecret } = krakenAccount.keys[owner === "ada" ? 0 : 1] ?? { apiKey: "", apiSecret: "" };
  const queryId = ibkr.queries[0]?.id ?? "";
  const wanted = [
    [{ connector: "kraken" }, { apiKey, apiSecret }],
    [{ connector: "ibkr-flex", settings: { queryId } }, { token: ibkr.token.token }],
    [{ connector: "ibkr-web" }, { kind: "gateway" }],
    [{ connector: "ibkr-web" }, { kind: "oauth", ...portal.consumer }],
  ] as const;
  for (const [request, given] of wanted) {
    next = given;
    const { id } = await user.connect({ ...request, allowSecond: true });
    credentials.set(id, given);
    expect(await book.ingest({ connectionId: id, mode: "manual" })).toMatchObject({ error: null });
  }
}

const store = memoryStore({ clock });
const credentials = new Map<string, unknown>();
let next: unknown = null;

function note(noted: Set<string>, key: string): string {
  noted.add(key);
  return key;
}
