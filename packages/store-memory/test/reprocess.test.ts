import { createFillbook, type IngestReport, instantFromUnixMs, type ReprocessReport } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { BookStore } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { blinded } from "../../testkit/src/suite/deliver.ts";
import { failAt } from "../../testkit/src/suite/fail-at.ts";
import { aConnection, play, playPages, readAll } from "../../testkit/src/suite/play.ts";

const reader = scripted({ pages: [] });
const fills = (count: number): ScriptedRecord[] =>
  Array.from({ length: count }, (_, number) => {
    return { kind: "execution", execution: anExecution({ familyId: `E${number}` }) };
  });

/** A connection whose records could not be read when they came. */
async function aBlindHistory(count: number) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectionId = await aConnection(store);
  const blind = blinded(reader, () => true);
  // Pages of 40 stay below what counts as a change of the broker's format.
  for (let first = 0; first < count; first += 40)
    await playPages(store, connectionId, [{ records: fills(count).slice(first, first + 40) }], { connector: blind });
  const bookOn = (used: BookStore, connector: AnyConnector = reader) => {
    return createFillbook({ store: used, connectors: [connector], clock });
  };
  const executions = async () => (await readAll((after) => store.executions("owner", { limit: 200, ...after }))).length;
  return { clock, store, connectionId, bookOn, executions, user: bookOn(store).forUser("owner") };
}

function ran(report: ReprocessReport): Exclude<ReprocessReport, { readonly status: "skipped" }> {
  if (report.status === "skipped") throw new Error("the run was skipped");
  return report;
}

test("reprocess: many rejects are read in commits of 100, and each commit is one page of the job", async () => {
  const { user, connectionId, executions } = await aBlindHistory(230);
  const report = ran(await user.reprocessRejects({ connectionId, limit: 210 }));
  expect(report).toMatchObject({ status: "succeeded", stats: { pages: 3, fetched: 210, inserted: 210 } });
  expect(report.rejects).toEqual({ read: 210, resolved: 210, rejected: 0, truncated: 0 });
  const rest = ran(await user.reprocessRejects({ connectionId, after: report.next ?? "" }));
  expect([rest.rejects.resolved, rest.next]).toEqual([20, null]);
  expect(await executions()).toBe(230);
  expect(await user.job(report.jobId)).toMatchObject({ mode: "manual", status: "succeeded", stats: report.stats });
  const names = (await user.lineage(report.jobId)).map((step) => step.name);
  expect(names).toEqual(["begin", ...[1, 2, 3].flatMap(() => ["pull", "normalize", "commit"]), "end"]);
});

test("reprocess: what fails is tried again and no file is asked for, since there was none", async () => {
  const { store, bookOn, connectionId } = await aBlindHistory(2);
  const commit = () => Promise.reject(new Error("the database is away"));
  const report = ran(
    await bookOn({ ...store, commit })
      .forUser("owner")
      .reprocessRejects({ connectionId }),
  );
  expect(report.error).toMatchObject({ code: "STORE_FAILED", recovery: "retry" });
});

test("reprocess: the connection stays as it is but for its problems, whatever state it is in", async () => {
  const { store, user, connectionId } = await aBlindHistory(2);
  const before = await store.connection("owner", connectionId);
  await user.reprocessRejects({ connectionId });
  const openProblems = { error: 0, warning: 0, info: 0 };
  expect(before?.openProblems.error).toBe(2);
  expect(await store.connection("owner", connectionId)).toEqual({ ...before, openProblems });
});

test("reprocess: a decision stays with its fill when another record of the fill is read late", async () => {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectionId = await aConnection(store);
  const [first] = fills(1);
  const later = { kind: "execution", execution: anExecution({ familyId: "E0", revision: 1, price: "7" }) } as const;
  await play(store, connectionId, first === undefined ? [] : [first]);
  const [stored] = (await store.executions("owner", {})).items;
  const { familyKey = "", id = "" } = stored ?? {};
  const at = instantFromUnixMs(clock.now());
  const decision = { familyKey, link: { tradePlanId: "plan" }, decidedAt: at, decidedBy: "owner", suggestion: null };
  await store.commit({
    ...{ id: "review", owner: "owner", at, run: null, accounts: [familyKey.split("/", 2).join("/")] },
    ...{ fetched: 0, ignored: 0, reports: [], cancels: [], rejects: [], rereads: [], contexts: [], problems: [] },
    ...{ decisions: [{ ...decision, seenRevisionKey: id }], pins: [] },
  });
  await playPages(store, connectionId, [{ records: [later] }], { connector: blinded(reader, () => true) });
  await createFillbook({ store, connectors: [reader], clock })
    .forUser("owner")
    .reprocessRejects({ connectionId });
  expect((await store.trades("owner", {})).items).toMatchObject([
    { averagePrice: "7", link: { tradePlanId: "plan" }, changedSinceReview: true },
  ]);
});

test("reprocess: whichever store call fails, repeating it ends in the same book", async () => {
  for (const moment of ["before", "after"] as const) {
    let fired = true;
    for (let call = 1; fired; call += 1) {
      const { clock, store, connectionId, bookOn, user, executions } = await aBlindHistory(3);
      const failing = failAt(store, { call, moment });
      await bookOn(failing.store)
        .forUser("owner")
        .reprocessRejects({ connectionId })
        .catch(() => undefined);
      fired = failing.fired();
      clock.advance(200_000);
      expect(ran(await user.reprocessRejects({ connectionId })).error).toBeNull();
      expect(await executions()).toBe(3);
      expect((await store.problems("owner", {})).items).toEqual([]);
      expect((await store.jobs("owner", { status: "running" })).items).toEqual([]);
      expect(call).toBeLessThan(20);
    }
  }
});

test("reprocess: a strange connection is missing, an unknown connector fails the job, a bad limit is refused", async () => {
  const { store, user, connectionId, bookOn } = await aBlindHistory(1);
  await expect(bookOn(store).forUser("stranger").reprocessRejects({ connectionId })).rejects.toMatchObject({
    code: "CONNECTION_NOT_FOUND",
  });
  const other = bookOn(store, scripted({ id: "other", pages: [] })).forUser("owner");
  const report: IngestReport = await other.reprocessRejects({ connectionId });
  expect(report).toMatchObject({ status: "failed", error: { code: "CONNECTOR_UNKNOWN" } });
  for (const limit of [0, 10_001, 1.5])
    await expect(user.reprocessRejects({ connectionId, limit })).rejects.toMatchObject({ code: "OPTION_INVALID" });
  await expect(user.reprocessRejects({ connectionId, after: "junk" })).resolves.toMatchObject({
    error: { code: "OPTION_INVALID" },
  });
});

test("problems: a person sees what to do, and puts one away", async () => {
  const { user, connectionId } = await aBlindHistory(1);
  const [problem] = (await user.problems({ severity: "error" })).items;
  expect(problem).toMatchObject({ kind: "reject", action: { kind: "reprocess", connectionId } });
  const resolved = await user.resolveProblem(problem?.id ?? "");
  expect(resolved).toMatchObject({ action: { kind: "reprocess" }, resolvedAt: expect.any(String) });
  expect((await user.problems()).items).toEqual([]);
  expect(await user.resolveProblem("none")).toBeNull();
  expect(ran(await user.reprocessRejects({ connectionId })).rejects.resolved).toBe(1);
});

test("reprocess: the drift of a broker's format is over when every reject is read, and not before", async () => {
  const { store, user, connectionId } = await aBlindHistory(0);
  await playPages(store, connectionId, [{ records: fills(60) }], { connector: blinded(reader, () => true) });
  const drifts = async () => (await user.problems({ kind: "schema_drift" })).items.length;
  expect(await drifts()).toBe(1);
  const { next } = ran(await user.reprocessRejects({ connectionId, limit: 20 }));
  expect(await drifts()).toBe(1);
  const rest = ran(await user.reprocessRejects({ connectionId, after: next ?? "", limit: 30 }));
  expect(await drifts()).toBe(1);
  await user.reprocessRejects({ connectionId, after: rest.next ?? "" });
  expect(await drifts()).toBe(0);
});
