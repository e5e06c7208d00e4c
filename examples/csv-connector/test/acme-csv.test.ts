import { createFillbook, type RunReport } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import { expect, it, onTestFinished } from "vitest";
import { acmeCsv } from "../src/acme-csv.ts";
import { type AcmeBroker, type AcmeMonth, buy, HEADER, month, startAcmeBroker } from "./acme-broker.ts";

// Goal: what is Acme's alone, beside the suite of every connector. Method: real requests to a small Acme, whose months
// change between two runs.

async function open(months: readonly AcmeMonth[]) {
  const broker = await startAcmeBroker(months);
  onTestFinished(() => broker.close());
  const clock = fakeClock(Date.UTC(2026, 4, 1));
  const credentials = { token: broker.token };
  const connectors = [acmeCsv({ baseUrl: broker.url })];
  const book = createFillbook({
    store: memoryStore({ clock }),
    connectors,
    credentials: async () => credentials,
    clock,
  });
  const user = book.forUser("ada");
  const { id } = await user.connect({ connector: "acme-csv" });
  return {
    ...{ broker, user, credentials },
    async run(window = {}): Promise<RunReport> {
      clock.advance(86_400_000);
      const report = await book.ingest({ connectionId: id, mode: "manual", window });
      if (report.status === "skipped") throw new Error("nobody else runs here");
      return report;
    },
    fills: async () => (await user.executions({ limit: 200 })).items,
  };
}

const filesAsked = ({ asked }: AcmeBroker) => asked.filter((path) => path.endsWith(".csv"));

it("a month that grew adds what is new, and of equal rows each one counts", async () => {
  const open4 = { final: false, until: "2026-04-10T00:00:00.000000Z" };
  const twice = [buy("2026-04-02T10:00:00Z"), buy("2026-04-02T10:00:00Z")];
  const { broker, run, fills } = await open([month(4, twice, open4)]);
  expect((await run()).stats).toMatchObject({ inserted: 2 });
  // The third equal row stands before a row that was there.
  broker.months = [month(4, [...twice, buy("2026-04-02T10:00:00Z")].reverse())];
  expect((await run()).stats).toMatchObject({ inserted: 1, duplicates: 2 });
  expect((await fills()).length).toBe(3);
});

it("a fee that is booked later changes the fill and adds none", async () => {
  const still = { final: false, until: "2026-04-10T00:00:00.000000Z" };
  const { broker, run, user } = await open([month(4, [buy("2026-04-02T10:00:00Z", { fee: "" })], still)]);
  await run();
  expect((await user.trades({})).items).toMatchObject([{ quantity: "1", fees: [] }]);
  broker.months = [month(4, [buy("2026-04-02T10:00:00Z", { fee: "0.35" })])];
  expect((await run()).stats).toMatchObject({ inserted: 0 });
  expect((await user.trades({})).items).toMatchObject([{ quantity: "1", fees: [{ amount: "0.35", currency: "USD" }] }]);
});

it("final months are read once, but none behind a month that is not final is passed", async () => {
  const still = { final: false, until: "2026-02-20T00:00:00.000000Z" };
  const march = month(3, [buy("2026-03-02T10:00:00Z")]);
  const { broker, run } = await open([march, month(1, []), month(2, [], still)]);
  await run();
  broker.asked.length = 0;
  broker.months = [month(1, []), month(2, [buy("2026-02-25T10:00:00Z")]), march];
  expect((await run()).stats).toMatchObject({ inserted: 1 });
  expect(filesAsked(broker)).toEqual(["/exports/2026-02.csv", "/exports/2026-03.csv"]);
  broker.asked.length = 0;
  await run();
  expect(filesAsked(broker)).toEqual([]);
});

it("a month that Acme lists late is a gap until it comes, and is read although the cursor passed it", async () => {
  const [january, february, march] = [1, 2, 3].map((number) => month(number, [buy(`2026-0${number}-02T10:00:00Z`)]));
  if (january === undefined || february === undefined || march === undefined) throw new Error("three months");
  const { broker, run, user } = await open([january, march]);
  await run();
  const gaps = async () => (await user.problems({ kind: "coverage_gap" })).items;
  expect(await gaps()).toMatchObject([{ details: { from: february.from, to: february.until } }]);
  broker.months = [january, february, march];
  expect((await run()).stats).toMatchObject({ inserted: 1 });
  expect(await gaps()).toEqual([]);
});

it("a window that is asked for is read again behind the cursor, and moves it nowhere", async () => {
  const { broker, run } = await open([1, 2, 3].map((number) => month(number, [buy(`2026-0${number}-02T10:00:00Z`)])));
  const first = await run();
  broker.asked.length = 0;
  const again = await run({ from: "2026-02-10T00:00:00Z", to: "2026-02-11T00:00:00Z" });
  expect(filesAsked(broker)).toEqual(["/exports/2026-02.csv"]);
  expect([again.stats.inserted, again.cursorAfter]).toEqual([0, first.cursorAfter]);
});

it.each([
  ["a page that asks to log in", "<html><body>Log in</body></html>", "PROTOCOL"],
  ["an empty answer", "", "PROTOCOL"],
  ["a file that was cut short", `${HEADER}\r\n`, "PAGING_UNSTABLE"],
  ["a quote that never ends", `${HEADER}\r\ntrade,"2026`, "PROTOCOL"],
  ["HTTP 503", 503, "BROKER_UNAVAILABLE"],
])("%s is an error, and the month is read by the next run", async (_name, answer, code) => {
  const { broker, run, fills } = await open([month(1, [buy("2026-01-02T10:00:00Z")])]);
  broker.instead.set("/exports/2026-01.csv", answer);
  expect(await run()).toMatchObject({ error: { code }, stats: { inserted: 0 } });
  broker.instead.clear();
  expect((await run()).error).toBeNull();
  expect((await fills()).length).toBe(1);
});

it("a row that cannot be read is a reject and holds no other row up", async () => {
  const bad = ["trade,yesterday,AAPL,buy,1,100,USD,0,,", "dividend,2026-01-03T00:00:00Z,AAPL,,,1,USD,,,", "trade,2026"];
  const { run } = await open([month(1, [...bad, buy("2026-01-02T10:00:00Z")])]);
  expect((await run()).stats).toMatchObject({ inserted: 1, rejected: 3, ignored: 0 });
});

it("a token that Acme refuses asks its owner for a new one, and one of another account is refused", async () => {
  const { run, credentials, broker } = await open([month(1, [])]);
  broker.instead.set("/exports", JSON.stringify({ account: "A2", exports: [] }));
  expect(await run()).toMatchObject({ error: { code: "ACCOUNT_MISMATCH" } });
  broker.instead.clear();
  credentials.token = "another";
  expect(await run()).toMatchObject({ status: "blocked_reauth", error: { code: "CREDENTIALS_INVALID" } });
});
