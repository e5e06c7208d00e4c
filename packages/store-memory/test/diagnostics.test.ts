import { execFile } from "node:child_process";
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createFillbook, ImportError, type SyncResult } from "@fillbook/core";
import { type DiagnosticMessages, withDiagnostics } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted } from "@fillbook/testkit";
import { expect, it, onTestFinished } from "vitest";

// Goal: whoever listens learns what runs do, and nothing else; runs do not notice. Method: books over a scripted connector,
// one with subscribers on every channel, and what it publishes.

type Name = keyof DiagnosticMessages;
const names: readonly Name[] = ["fillbook:run", "fillbook:page", "fillbook:commit", "fillbook:wait", "fillbook:claim"];
const TOKEN = "canary-0123456789";
const page = (id: string): ScriptedPage => {
  return { records: [{ kind: "execution", execution: anExecution({ familyId: id }) }] };
};

function listen(): { readonly name: Name; readonly message: unknown }[] {
  const heard: { readonly name: Name; readonly message: unknown }[] = [];
  for (const name of names) {
    const listener = (message: unknown) => void heard.push({ name, message });
    subscribe(name, listener);
    onTestFinished(() => void unsubscribe(name, listener));
  }
  return heard;
}

async function aBook(pages: readonly ScriptedPage[]) {
  const clock = fakeClock();
  const options = { store: memoryStore({ clock }), connectors: [scripted({ pages })], clock };
  const book = createFillbook(withDiagnostics({ ...options, credentials: async () => ({ token: TOKEN }) }));
  const { id } = await book.forUser("ada").connect({ connector: "scripted" });
  clock.advance(90_000);
  return { book, clock, connectionId: id };
}

it("a run on schedule says that it was claimed, how late it is, what it reads, commits and waits, and its end", async () => {
  const heard = listen();
  const { book, connectionId } = await aBook([page("E1"), page("E2")]);
  const [result] = await book.ingestDue({ concurrency: 1 });
  const { jobId, stats } = reportOf(result);
  const of = { connectionId, jobId };
  const committed = { reports: 1, cancels: 0, rejects: 0, outcome: "committed", durationMs: 0 };
  expect(heard).toEqual([
    { name: "fillbook:claim", message: { limit: 4, claimed: 1 } },
    {
      name: "fillbook:run",
      message: { kind: "started", connector: "scripted", mode: "scheduled", lagMs: 90_000, ...of },
    },
    { name: "fillbook:wait", message: { ms: 10, ...of } },
    { name: "fillbook:page", message: { page: 1, records: 1, durationMs: 10, ...of } },
    { name: "fillbook:commit", message: { page: 1, ...committed, ...of } },
    { name: "fillbook:wait", message: { ms: 10, ...of } },
    { name: "fillbook:page", message: { page: 2, records: 1, durationMs: 10, ...of } },
    { name: "fillbook:commit", message: { page: 2, ...committed, ...of } },
    {
      name: "fillbook:run",
      message: {
        ...{ kind: "finished", connector: "scripted", status: "succeeded", code: null, stats, durationMs: 20 },
        ...of,
      },
    },
    { name: "fillbook:claim", message: { limit: 4, claimed: 0 } },
  ]);
});

it("a run that is not on schedule is never late, and a failed one says its code and no text", async () => {
  const heard = listen();
  const error = new ImportError("CREDENTIALS_INVALID", `refused ${TOKEN}`, { cause: new Error(TOKEN) });
  const { book, connectionId } = await aBook([page("E1"), { error }]);
  await book.ingest({ connectionId, mode: "manual" });
  const runs = heard.filter(({ name }) => name === "fillbook:run").map(({ message }) => message);
  expect(runs).toMatchObject([
    { kind: "started", lagMs: null },
    { kind: "finished", status: "blocked_reauth", code: "CREDENTIALS_INVALID" },
  ]);
  expect(JSON.stringify(heard)).not.toContain(TOKEN);
  expect(JSON.stringify(heard)).not.toContain("refused");
});

it("what a person decides is a commit without a run, and a store that throws is one that failed", async () => {
  const { book, clock } = await aBook([page("E1")]);
  const heard = listen();
  const executedAt = "2026-01-05T09:00:00Z";
  const trade = { symbol: "AAPL", kind: "stock", currency: "USD", side: "buy", quantity: "1", price: "1" } as const;
  await book.forUser("ada").addTrade({ ...trade, executedAt });
  const broken = { ...memoryStore({ clock }), commit: async () => Promise.reject(new Error(TOKEN)) };
  const other = createFillbook(withDiagnostics({ store: broken, connectors: [], clock }));
  await expect(other.forUser("ada").addTrade({ ...trade, executedAt })).rejects.toMatchObject({ code: "STORE_FAILED" });
  expect(heard).toMatchObject([
    { name: "fillbook:commit", message: { connectionId: null, jobId: null, page: null, outcome: "committed" } },
    { name: "fillbook:commit", message: { outcome: "failed" } },
  ]);
});

it("a subscriber that throws stops no run: the process hears it as an uncaught exception", async () => {
  const program = fileURLToPath(new URL("./support/broken-subscriber.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(JSON.parse(stdout)).toEqual({ thrown: ["a broken subscriber", "a broken subscriber"], status: "succeeded" });
});

it("without subscribers nothing is made of a message, and the host's own events come as before", async () => {
  const clock = fakeClock();
  const types: string[] = [];
  const options = { store: memoryStore({ clock }), connectors: [scripted({ pages: [page("E1")] })], clock };
  const credentials = async () => ({ token: TOKEN });
  const book = createFillbook(
    withDiagnostics({ ...options, credentials, onEvent: ({ type }) => void types.push(type) }),
  );
  const { id } = await book.forUser("ada").connect({ connector: "scripted" });
  await book.ingest({ connectionId: id, mode: "manual" });
  expect(types).toEqual(["run.started", "run.progress", "run.finished"]);
  expect(names.map((name) => channel(name).hasSubscribers)).toEqual(names.map(() => false));
});

function reportOf(result: SyncResult | undefined) {
  const report = result?.report ?? null;
  if (report === null || report.status === "skipped") throw new Error("one run took place");
  return report;
}

it("a store and a connector whose methods are those of a class work as without it", async () => {
  const heard = listen();
  class Inherited {}
  const store = Object.setPrototypeOf(new Inherited(), memoryStore({ clock: fakeClock() }));
  const connector = Object.setPrototypeOf(new Inherited(), scripted({ pages: [page("E1")] }));
  const credentials = async () => ({ token: TOKEN });
  const book = createFillbook(withDiagnostics({ store, connectors: [connector], credentials, clock: fakeClock() }));
  const { id } = await book.forUser("ada").connect({ connector: "scripted" });
  expect(await book.ingest({ connectionId: id, mode: "manual" })).toMatchObject({ status: "succeeded" });
  expect(heard.map(({ name }) => name)).toContain("fillbook:page");
});
