import { createFillbook, instantFromUnixMs, type Slice, type UserBook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, play, readAll } from "../../testkit/src/suite/play.ts";

const fill = (number: number): ScriptedRecord => ({
  kind: "execution",
  execution: anExecution({
    ...{ familyId: `E${number}`, order: { permanentId: `O${number}` } },
    executedAt: instantFromUnixMs(Date.UTC(2026, 0, 5) + Math.floor(number / 2) * 1000),
  }),
});

async function aBook(fillCount = 0) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const credentials = async () => ({ token: "t" });
  const book = createFillbook({ store, connectors: [scripted({ pages: [] })], credentials, clock });
  const connectionId = await aConnection(store);
  const add = (first: number, count: number) =>
    play(
      store,
      connectionId,
      Array.from({ length: count }, (_, index) => fill(first + index)),
    );
  if (fillCount > 0) await add(0, fillCount);
  return { add, connectionId, store, user: book.forUser("owner") };
}

const lists = ["connections", "trades", "inbox", "fills", "executions", "jobs", "problems"] as const;

/** Calls a list with a filter that its type may forbid. */
function list(user: UserBook, name: (typeof lists)[number], filter: object): Promise<Slice<unknown>> {
  const read: (filter: object) => Promise<Slice<unknown>> = user[name];
  return read(filter);
}

const badFilters: readonly (readonly [string, object])[] = [
  ["limit", { limit: 0 }],
  ["limit", { limit: 201 }],
  ["limit", { limit: 1.5 }],
  ["limit", { limit: "50" }],
  ["after", { after: "x".repeat(1001) }],
  ["after", { after: 7 }],
  ["colour", { colour: "red" }],
];

test.each(lists.flatMap((name) => badFilters.map(([option, filter]) => [name, option, filter] as const)))(
  "filters: %s rejects a bad %s with OPTION_INVALID that names it: %j",
  async (name, option, filter) => {
    const { user } = await aBook();
    const refused = { code: "OPTION_INVALID", message: expect.stringContaining(option) };
    await expect(list(user, name, filter)).rejects.toMatchObject(refused);
  },
);

test.each<readonly [(typeof lists)[number], string, object]>([
  ["trades", "inbox", { inbox: "maybe" }],
  ["trades", "from", { from: "yesterday" }],
  ["trades", "symbol", { symbol: "" }],
  ["executions", "search", { search: "" }],
  ["executions", "instrumentKind", { instrumentKind: "coin" }],
  ["executions", "canonical", { canonical: "yes" }],
  ["executions", "to", { to: "2026-13-01T00:00:00Z" }],
  ["jobs", "status", { status: "done" }],
  ["problems", "kind", { kind: "trouble" }],
  ["problems", "state", { state: "closed" }],
])("filters: %s rejects a bad %s: %j", async (name, option, filter) => {
  const { user } = await aBook();
  const refused = { code: "OPTION_INVALID", message: expect.stringContaining(option) };
  await expect(list(user, name, filter)).rejects.toMatchObject(refused);
});

test.each(lists)("filters: %s takes 1 and 200, and undefined counts as absent", async (name) => {
  const { user } = await aBook();
  for (const filter of [{}, { limit: 1 }, { limit: 200 }, { limit: undefined, after: undefined }])
    expect((await list(user, name, filter)).next).toBeNull();
});

test.each([1, 2, 3, 7, 8, 200])(
  "keyset: slices of %i hold each trade and execution once, newest first",
  async (limit) => {
    const { user } = await aBook(7);
    const trades = await readAll((after) => user.trades({ limit, ...after }));
    const executions = await readAll((after) => user.executions({ limit, ...after }));
    expect(new Set(trades.map(({ id }) => id)).size).toBe(7);
    expect(new Set(executions.map(({ familyId }) => familyId)).size).toBe(7);
    const times = trades.map(({ lastExecutedAt }) => lastExecutedAt);
    expect(times).toEqual(times.toSorted().reverse());
    const counted = executions.map(({ executedAt }) => executedAt);
    expect(counted).toEqual(times);
  },
);

test("keyset: a slice is limited, and its next is null exactly at the end", async () => {
  const { user } = await aBook(4);
  const first = await user.trades({ limit: 2 });
  expect([first.items.length, first.next]).toEqual([2, expect.any(String)]);
  const second = await user.trades({ limit: 2, after: first.next ?? "" });
  expect([second.items.length, second.next]).toEqual([2, null]);
});

test("keyset: trades that come while a list is read neither repeat nor hide others", async () => {
  const { add, user } = await aBook(6);
  const first = await user.trades({ limit: 3 });
  await add(100, 5);
  const rest = await user.trades({ limit: 200, after: first.next ?? "" });
  const ids = [...first.items, ...rest.items].map(({ id }) => id);
  expect([ids.length, new Set(ids).size]).toEqual([6, 6]);
});

test("lists: without a limit a slice holds fifty", async () => {
  const { user } = await aBook(60);
  expect((await user.trades()).items).toHaveLength(50);
  expect((await user.executions()).items).toHaveLength(50);
});

test("lists: what a caller does to an item changes nothing stored", async () => {
  const { user } = await aBook(1);
  const [before] = (await user.trades()).items;
  Object.assign(before ?? {}, { quantity: "999" });
  expect((await user.trades()).items[0]?.quantity).toBe("10");
});

test("lists: trades of a time span and symbol, and the inbox holds those without a decision", async () => {
  const { user, connectionId } = await aBook(6);
  const from = instantFromUnixMs(Date.UTC(2026, 0, 5) + 2000);
  expect((await user.trades({ from })).items).toHaveLength(2);
  expect((await user.trades({ to: from })).items).toHaveLength(6);
  expect((await user.trades({ symbol: "AAPL", connectionId })).items).toHaveLength(6);
  expect((await user.trades({ symbol: "MSFT" })).items).toEqual([]);
  expect((await user.inbox()).items).toHaveLength(6);
  expect((await user.trades({ inbox: "reviewed" })).items).toEqual([]);
});

test("lists: every job of a connection is there, newest first, with its end", async () => {
  const { add, connectionId, user } = await aBook(1);
  await add(1, 1);
  const jobs = (await user.jobs({ connectionId, status: "succeeded" })).items;
  expect(jobs).toHaveLength(2);
  expect(await user.job(jobs[0]?.id ?? "")).toEqual(jobs[0]);
  expect((await user.jobs({ status: "failed" })).items).toEqual([]);
});

test("corrections: a fill's reports say what they change; bad keys are refused, unknown ones have none", async () => {
  const { user, connectionId, store } = await aBook(1);
  const corrected = anExecution({ familyId: "E0", order: { permanentId: "O0" }, revision: 1, price: "101" });
  await play(store, connectionId, [
    { kind: "execution", execution: { ...corrected, executedAt: "2026-01-05T00:00:00Z" } },
  ]);
  const [item] = (await user.fills()).items;
  const corrections = await user.corrections(item?.familyKey ?? "");
  expect(corrections.map(({ changes }) => changes)).toEqual([[], [{ field: "price", before: "100", after: "101" }]]);
  expect(corrections.at(-1)?.execution).toEqual(item?.execution);
  expect(await user.corrections("none")).toEqual([]);
  await expect(user.corrections("")).rejects.toMatchObject({ code: "OPTION_INVALID" });
});
