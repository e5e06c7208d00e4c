import { createFillbook, decimal } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, play, playPages } from "../../testkit/src/suite/play.ts";

/** A fill that the broker told with two prices of the same standing. */
async function aConflict() {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectionId = await aConnection(store);
  const told = (price: string): ScriptedRecord => {
    return { kind: "execution", execution: anExecution({ familyId: "E1", price: decimal(price) }) };
  };
  const tell = () => play(store, connectionId, [told("10"), told("11")]);
  await tell();
  const book = createFillbook({ store, connectors: [scripted({ pages: [] })], clock });
  const user = book.forUser("owner", { actor: "accountant" });
  const counting = async () => (await user.executions({ canonical: true })).items.map(({ price }) => price);
  const conflicts = async () => (await user.problems({ kind: "conflict" })).items;
  const [problem] = await conflicts();
  if (problem?.action.kind !== "pin-report") throw new Error("a conflict offers a choice");
  const { familyKey } = problem.action;
  const reports = (await user.executions({})).items;
  const pin = async (price: string) => {
    const revisionKey = reports.find((report) => report.price === price)?.id ?? "";
    await user.pinReport({ familyKey, revisionKey });
  };
  return { ...{ book, user, tell, counting, conflicts, pin, familyKey, reports }, connectionId, store };
}

test("pins: the report that a person chose counts, its conflict closes, and another choice takes its place", async () => {
  const { counting, conflicts, pin, user } = await aConflict();
  for (const price of ["10", "11", "10"]) {
    await pin(price);
    expect(await counting()).toEqual([price]);
    expect(await conflicts()).toEqual([]);
    expect((await user.trades()).items).toMatchObject([{ averagePrice: price, executionCount: 1 }]);
  }
  const events = (await user.auditEvents({ action: "report.pinned" })).items;
  expect(events.map(({ by }) => by)).toEqual(["accountant", "accountant", "accountant"]);
});

test("pins: the choice survives that both are told again, and gives way to a newer revision", async () => {
  const { counting, conflicts, pin, tell, store, connectionId } = await aConflict();
  await pin("10");
  await tell();
  expect([await counting(), await conflicts()]).toEqual([["10"], []]);
  const newer = anExecution({ familyId: "E1", revision: 1, executionId: "E1.01", price: decimal("12") });
  await play(store, connectionId, [{ kind: "execution", execution: newer }]);
  expect(await counting()).toEqual(["12"]);
});

test("pins: a report that is told after the problem opened can be chosen, before and after another one was", async () => {
  const { user, counting, conflicts, familyKey, store, connectionId, pin } = await aConflict();
  const tellPrice = (price: string) => {
    const execution = anExecution({ familyId: "E1", price: decimal(price) });
    return play(store, connectionId, [{ kind: "execution", execution }]);
  };
  const choose = async (price: string) => {
    const { items } = await user.executions({});
    await user.pinReport({ familyKey, revisionKey: items.find((one) => one.price === price)?.id ?? "" });
    expect([await counting(), await conflicts()]).toEqual([[price], []]);
  };
  await tellPrice("12");
  await choose("12");
  await pin("10");
  expect(await counting()).toEqual(["10"]);
  await tellPrice("13");
  for (const price of ["13", "12", "11"]) await choose(price);
});

test("pins: a report that was undone, or that nothing contradicts, cannot be chosen", async () => {
  const { user, counting, familyKey, store, connectionId } = await aConflict();
  const execution = anExecution({ familyId: "E1", price: decimal("12") });
  const clock = fakeClock();
  await clock.sleep(1000);
  await playPages(store, connectionId, [{ records: [{ kind: "execution", execution }] }], { clock });
  const told = (await user.executions({})).items.find(({ price }) => price === "12");
  if (told === undefined) throw new Error("the third report is stored");
  expect((await user.undoImport(told.jobId)).reversed.count).toBe(1);
  const refused = { code: "OPTION_INVALID" };
  await expect(user.pinReport({ familyKey, revisionKey: told.id })).rejects.toMatchObject(refused);
  expect(["10", "11"]).toContain((await counting())[0]);
  expect((await user.auditEvents({ action: "report.pinned" })).items).toEqual([]);
  const newer = anExecution({ familyId: "E1", revision: 1, executionId: "E1.01", price: decimal("14") });
  await play(store, connectionId, [{ kind: "execution", execution: newer }]);
  const [alone, ...others] = (await user.executions({ canonical: true })).items;
  if (alone === undefined) throw new Error("the newer report counts");
  expect([alone.price, others]).toEqual(["14", []]);
  await expect(user.pinReport({ familyKey, revisionKey: alone.id })).rejects.toMatchObject(refused);
});

test("pins: what no conflict of this person names is refused, and nothing changes", async () => {
  const { book, user, familyKey, reports, counting } = await aConflict();
  const before = await counting();
  const [revisionKey = ""] = reports.map(({ id }) => id);
  const refused = { code: "OPTION_INVALID" };
  await expect(user.pinReport({ familyKey, revisionKey: "other" })).rejects.toMatchObject(refused);
  await expect(user.pinReport({ familyKey: "scripted/A1/x", revisionKey })).rejects.toMatchObject(refused);
  await expect(book.forUser("stranger").pinReport({ familyKey, revisionKey })).rejects.toMatchObject(refused);
  expect(await counting()).toEqual(before);
});
