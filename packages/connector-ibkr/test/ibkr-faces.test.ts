import { generateFills, simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { DAY_MS } from "./support/ibkr-flex-world.ts";
import { aWebWorld, type WebWorld } from "./support/ibkr-web-world.ts";

// Goal: a day is the same day, whoever tells of it, in whatever order and how often. Method: one model of an account
// behind both interfaces; each way of importing it ends in a store, and the stores are compared.

// Friday; the clock says Monday, when both interfaces show it. Client Portal shows no fill without an execution id.
const quiet = { cancelEvery: 0, rebookEvery: 0, correctEvery: 0, bookingEvery: 0 };
const day = [...generateFills({ count: 160, seed: 17, days: 1, fromDay: "2026-02-27", ...quiet })].filter(
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

type Step = "web" | "flex";

const ways: readonly (readonly [string, readonly Step[]])[] = [
  ["Client Portal only", ["web"]],
  ["Flex only", ["flex"]],
  ["Client Portal, then Flex", ["web", "flex"]],
  ["Flex, then Client Portal", ["flex", "web"]],
  ["both in turns, page by page", ["web", "flex", "web", "flex", "web", "flex", "web", "flex", "web", "flex"]],
  ["both, twice", ["web", "flex", "web", "flex"]],
];

async function imported(steps: readonly Step[], work: (world: WebWorld) => Promise<void> = async () => undefined) {
  const inTurns = steps.length > 5;
  const world = await aWebWorld({
    simulator: { entries: day, portal: {} },
    policy: inTurns ? { pageRecords: 40 } : {},
  });
  world.simulator.addFills(taxed);
  const connections = { web: world.connectionId, flex: await world.connectFlex() };
  for (const step of steps) {
    const report = await world.run({
      connectionId: connections[step],
      ...(inTurns ? { budget: { pages: step === "web" ? 1 : 2 } } : {}),
    });
    expect(report).toMatchObject({ error: null, stats: { conflicts: 0, rejected: 0, corrected: 0 } });
    await work(world);
    world.clock.advance(900_000);
  }
  const [canonical, trades] = [await world.canonical(), await world.trades()];
  await world.simulator.close();
  return { canonical, trades };
}

const same = (executions: Awaited<ReturnType<typeof imported>>["canonical"]) =>
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

test.each(ways)("both faces (trap 4): %s is the same day", async (_name, steps) => {
  const { canonical } = await imported(steps);
  const expected = await imported(["flex"]);
  expect(canonical).toHaveLength(expected.canonical.length);
  expect(same(canonical)).toEqual(same(expected.canonical));
});

test.each(ways.slice(2))("both faces: %s ends in the trades that the statement makes", async (_name, steps) => {
  const facts = ({ trades }: Awaited<ReturnType<typeof imported>>) =>
    trades
      .map(({ orderId, side, quantity, averagePrice, fees, executionCount, instrument }) =>
        JSON.stringify([orderId, side, quantity, averagePrice, fees, executionCount, instrument.conid]),
      )
      .sort();
  expect(facts(await imported(steps))).toEqual(facts(await imported(["flex"])));
});

test("both faces: what only a statement knows, and what each spells its own way", async () => {
  const [web, flex] = [await imported(["web"]), await imported(["flex"])];
  const known = new Set<string>();
  const spelled = new Set<string>();
  for (const live of web.canonical) {
    const booked = flex.canonical.find(({ familyKey }) => familyKey === live.familyKey);
    const [one, other] = [leaves(live), leaves(booked)];
    for (const name of [...one.keys(), ...other.keys()]) {
      const [left, right] = [one.get(name) ?? null, other.get(name) ?? null];
      if (OWN.has(name) || left === right) continue;
      (left === null ? known : spelled).add(name);
    }
  }
  expect([...known].sort()).toEqual([
    ...["aliases.0", "aliases.1", "fees.0.amount", "fees.0.currency", "fees.1.amount", "fees.1.currency"],
    ...["order.permanentId", "sequence"],
  ]);
  expect([...spelled].sort()).toEqual([
    // A live commission is an estimate in the instrument's currency; of forex it is unknown, and taxes are never told.
    ...["feeBasis", "fees.0.estimated"],
    // A row has the root of a derivative's symbol; of a coin's it is told what it is quoted in.
    ...["instrument.base", "instrument.rawSymbol", "instrument.symbol"],
    ...["order.clientId", "order.orderId", "source.authority", "source.connector"],
  ]);
});

/** Of the store, not of the broker; the times agree to the second, and live ones have no more. */
const OWN: ReadonlySet<string> = new Set(["id", "connectionId", "jobId", "fetchedAt", "tradeId"]);

function leaves(value: unknown, name = ""): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null) return new Map([[name, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) =>
      key === "raw" ? [] : [...leaves(inner, name === "" ? key : `${name}.${key}`)],
    ),
  );
}

test.each(["web", "flex"] as const)(
  "both faces: a trade is one and keeps the link that was made after %s",
  async (first) => {
    let before: readonly { id: string; orderId: string | null }[] = [];
    const steps: readonly Step[] = first === "web" ? ["web", "flex", "web"] : ["flex", "web", "flex"];
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

test("both faces: an order in three fills without a reference is one trade at once, and stays it", async () => {
  await using world = await aWebWorld();
  const flexId = await world.connectFlex();
  const order = { permanentId: "4711", reference: null };
  const part = { instrument: simulatedInstruments.qqq, side: "buy", price: "590.25", order } as const;
  world.simulator.addFills(...["10", "20", "30"].map((quantity) => ({ ...part, quantity })));
  await world.run();
  expect(await world.trades()).toMatchObject([{ executionCount: 3, quantity: "60", orderId: "17000004711" }]);
  world.clock.advance(DAY_MS);
  await world.run({ connectionId: flexId });
  expect(await world.trades()).toMatchObject([{ executionCount: 3, quantity: "60", orderId: "4711" }]);
  expect(await world.canonical()).toHaveLength(3);
});
