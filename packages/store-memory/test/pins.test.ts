import { createFillbook, decimal } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, play } from "../../testkit/src/suite/play.ts";

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
