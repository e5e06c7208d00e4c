import { generateFills, simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { DAY_MS, testClock } from "./support/ibkr-flex-world.ts";
import { aTwsWorld, type TwsWorld } from "./support/ibkr-tws-world.ts";

// Goal: a day is the same day, whoever tells of it, in whatever order and how often. Method: one model of an account
// behind all interfaces; each way of importing it ends in a store, and the stores are compared.

// Friday; the clock says Monday, when all interfaces show it, TWS with a Trade Log of seven days. Live ones show no fill
// without an execution id.
const quiet = { cancelEvery: 0, rebookEvery: 0, correctEvery: 0, bookingEvery: 0 };
const day = [...generateFills({ count: 90, seed: 17, days: 1, fromDay: "2026-02-27", ...quiet })].filter(
  (entry) => entry.kind === "fill" && entry.execId !== null,
);

/** A tax is what only a statement tells. */
const taxed = {
  instrument: simulatedInstruments.londonStock,
  side: "buy",
  quantity: "100",
  price: "12.34",
  taxes: "6.17",
  atMs: Date.UTC(2026, 1, 27, 15),
} as const;

type Step = "web" | "tws" | "flex";

const ways: readonly (readonly [string, readonly Step[]])[] = [
  ["Client Portal only", ["web"]],
  ["Flex only", ["flex"]],
  ["Client Portal, then Flex", ["web", "flex"]],
  ["Flex, then Client Portal", ["flex", "web"]],
  ["both in turns, page by page", ["web", "flex", "web", "flex", "web", "flex", "web", "flex", "web", "flex"]],
  ["both, twice", ["web", "flex", "web", "flex"]],
  ["TWS, then Flex", ["tws", "flex"]],
  ["Flex, then TWS", ["flex", "tws"]],
  ["TWS, Client Portal, Flex", ["tws", "web", "flex"]],
  ["Flex, Client Portal, TWS", ["flex", "web", "tws"]],
  ["all in turns, page by page", turns(["tws", "flex", "web"], 5)],
];

function turns(steps: readonly Step[], times: number): readonly Step[] {
  return Array.from({ length: times }, () => steps).flat();
}

async function imported(steps: readonly Step[], work: (world: TwsWorld) => Promise<void> = async () => undefined) {
  const inTurns = steps.length > 5;
  const world = await aFacesWorld(inTurns ? { pageRecords: 25 } : {});
  world.simulator.addFills(taxed);
  const connections = await connectionsOf(world);
  for (const step of steps) {
    const report = await world.run({
      connectionId: connections[step],
      ...(inTurns ? { budget: { pages: step === "flex" ? 2 : 1 } } : {}),
    });
    expect(report).toMatchObject({ error: null, stats: { conflicts: 0, rejected: 0, corrected: 0 } });
    await work(world);
    world.clock.advance(900_000);
  }
  const [canonical, trades] = [await world.canonical(), await world.trades()];
  await world.simulator.close();
  return { canonical, trades };
}

function aFacesWorld(policy: { readonly pageRecords?: number } = {}) {
  const clock = testClock();
  const [simulator, tws] = [{ entries: day, portal: {}, tws: { logDays: 7 } }, { lookBackDays: 7 }];
  return aTwsWorld({ clock, simulator, settings: tws, policy });
}

async function connectionsOf(world: TwsWorld) {
  const [web, flex] = [await world.connectOther("ibkr-web"), await world.connectOther("ibkr-flex")];
  return { tws: world.connectionId, web, flex };
}

type Imported = Awaited<ReturnType<typeof imported>>;

let ofFlex: Promise<Imported> | null = null;

/** What the statement alone makes of the day. */
function byStatement(): Promise<Imported> {
  ofFlex ??= imported(["flex"]);
  return ofFlex;
}

const same = (executions: Imported["canonical"]) =>
  executions
    .map(({ familyKey, familyId, revision, executionId, executedAt, side, quantity, price, instrument }) =>
      [
        familyKey,
        familyId,
        revision,
        executionId,
        executedAt.slice(0, 19),
        side,
        quantity,
        price,
        instrument.conid,
      ].join(),
    )
    .sort();

const tradeFacts = ({ trades }: Imported) =>
  trades
    .map(({ orderId, side, quantity, averagePrice, fees, executionCount, instrument }) =>
      JSON.stringify([orderId, side, quantity, averagePrice, fees, executionCount, instrument.conid]),
    )
    .sort();

test.each([["TWS only", ["tws"]] as const, ["TWS, then Client Portal", ["tws", "web"]] as const, ...ways])(
  "all faces (trap 4): %s is the same day, and with a statement in it the same trades",
  async (_name, steps) => {
    const read = await imported(steps);
    const expected = await byStatement();
    expect(read.canonical).toHaveLength(expected.canonical.length);
    expect(same(read.canonical)).toEqual(same(expected.canonical));
    if (steps.includes("flex")) expect(tradeFacts(read)).toEqual(tradeFacts(expected));
  },
);

const statementOnly = {
  web: ["fees.0.amount", "fees.0.currency"],
  tws: [],
} as const;

const spelledOwn = {
  // A live commission is an estimate in the instrument's currency; of forex it is unknown. A row has the root of a
  // derivative's symbol; of a coin's it is told what it is quoted in.
  web: ["fees.0.estimated", "instrument.base", "instrument.rawSymbol", "instrument.symbol"],
  // Of a coin TWS says in two words what a statement writes in one. Only TWS says who gave liquidity.
  tws: ["instrument.base", "instrument.symbol", "liquidity"],
} as const;

test.each(["web", "tws"] as const)(
  "all faces: what only a statement knows, and what %s spells its own way",
  async (face) => {
    const [live, flex] = [await imported([face]), await byStatement()];
    const known = new Set<string>();
    const spelled = new Set<string>();
    for (const told of live.canonical) {
      const booked = flex.canonical.find(({ familyKey }) => familyKey === told.familyKey);
      const [one, other] = [leaves(told), leaves(booked)];
      for (const name of [...one.keys(), ...other.keys()]) {
        const [left, right] = [one.get(name) ?? null, other.get(name) ?? null];
        if (OWN.has(name) || left === right) continue;
        (left === null ? known : spelled).add(name);
      }
    }
    expect([...known].sort()).toEqual(
      // Taxes are never told live.
      [
        ...["aliases.0", "aliases.1", "fees.1.amount", "fees.1.currency", "order.permanentId", "sequence"],
        ...statementOnly[face],
      ].sort(),
    );
    expect([...spelled].sort()).toEqual(
      [
        ...["feeBasis", "order.clientId", "order.orderId", "source.authority", "source.connector"],
        ...spelledOwn[face],
      ].sort(),
    );
  },
);

/** Of the store, not of the broker; the times agree to the second, and live ones have no more. */
const OWN: ReadonlySet<string> = new Set([
  ...["id", "connectionId", "jobId", "fetchedAt", "firstReportedAt", "tradeId"],
]);

function leaves(value: unknown, name = ""): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null) return new Map([[name, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) =>
      key === "raw" ? [] : [...leaves(inner, name === "" ? key : `${name}.${key}`)],
    ),
  );
}

test.each(["web", "tws", "flex"] as const)(
  "all faces: a trade is one and keeps the link that was made after %s",
  async (first) => {
    let before: readonly { id: string; orderId: string | null }[] = [];
    const others = (["tws", "web", "flex"] as const).filter((step) => step !== first);
    const steps: readonly Step[] = [first, ...others, first];
    const { trades } = await imported(steps, async (world) => {
      if (before.length > 0) return;
      const seen = await world.trades();
      before = seen;
      const wanted = seen.map(({ id, version }) => ({ id, version }));
      await world.book.forUser("owner").review({ trades: wanted, link: { campaignId: "C7" } });
    });
    expect(trades).toHaveLength(before.length);
    for (const trade of trades) {
      expect(trade).toMatchObject({ inbox: "reviewed", link: { campaignId: "C7" }, changedSinceReview: false });
    }
  },
);

test.each([
  ["web", "17000004711"],
  ["tws", "1000004711"],
] as const)(
  "all faces: an order in three fills without a reference is one trade at once over %s, and stays it",
  async (face, orderId) => {
    await using world = await aFacesWorld();
    const connections = await connectionsOf(world);
    const order = { permanentId: "4711", reference: null };
    const part = { instrument: simulatedInstruments.qqq, side: "buy", price: "590.25", order } as const;
    const before = (await world.trades()).length;
    world.simulator.addFills(...["10", "20", "30"].map((quantity) => ({ ...part, quantity })));
    const own = async () => (await world.trades()).filter(({ orderId: id }) => id?.endsWith("4711") === true);
    await world.run({ connectionId: connections[face] });
    expect(await own()).toMatchObject([{ executionCount: 3, quantity: "60", orderId }]);
    world.clock.advance(DAY_MS);
    await world.run({ connectionId: connections.flex });
    expect(await own()).toMatchObject([{ executionCount: 3, quantity: "60", orderId: "4711" }]);
    expect(before).toBe(0);
  },
);

test("all faces: two live interfaces end in the same trades, whichever is read first", async () => {
  const [one, other] = [await imported(["tws", "web"]), await imported(["web", "tws"])];
  expect(tradeFacts(one)).toEqual(tradeFacts(other));
});
