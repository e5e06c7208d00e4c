import { describe, expect, test } from "vitest";
import { startKrakenSimulator } from "../../src/simulator/index.ts";
import { aLedger } from "../support/made-ledgers.ts";
import { manyTrades } from "../support/made-trades.ts";
import { errorsOf, movableClock, post } from "./simulator-client.ts";

async function result(...call: Parameters<typeof post>) {
  const answer = (await (await post(...call)).json()) as { result: Record<string, unknown> };
  return answer.result;
}

describe("simulator: Ledgers", () => {
  test("has two entries of a trade, fifty a page, newest first", async () => {
    await using simulator = await startKrakenSimulator({ trades: manyTrades(40) });
    const page = await result(simulator, "Ledgers");
    expect(page.count).toBe(80);
    const entries = Object.values(page.ledger as Record<string, Record<string, unknown>>);
    expect(entries).toHaveLength(50);
    expect(entries.slice(0, 2)).toMatchObject([
      { refid: "TAAAAA-AAAAA-000013", type: "trade", amount: "-600.2000", fee: "0.9603", asset: "ZUSD" },
      { refid: "TAAAAA-AAAAA-000013", type: "trade", amount: "0.0200000000", fee: "0.0000000000", asset: "XXBT" },
    ]);
  });

  test("filters by type, asset and class, and costs as much as trades", async () => {
    const clock = movableClock();
    const ledgers = [aLedger(1), aLedger(2, { type: "spend" }), aLedger(3, { aclass: "tokenized_asset" })];
    await using simulator = await startKrakenSimulator({ clock, ledgers, historyCost: 4 });
    for (const [parameters, count] of [
      [{}, 2],
      [{ type: "sale" }, 1],
      [{ aclass: "tokenized_asset" }, 1],
    ] as const) {
      expect((await result(simulator, "Ledgers", parameters)).count).toBe(count);
    }
    expect(simulator.counter()).toBe(12);
    expect(await errorsOf(simulator, "Ledgers")).toEqual(["EAPI:Rate limit exceeded"]);
  });

  test("needs its own right", async () => {
    await using simulator = await startKrakenSimulator({ keys: [{ permissions: ["query-closed-trades"] }] });
    expect(await errorsOf(simulator, "Ledgers")).toEqual(["EGeneral:Permission denied"]);
    expect(await errorsOf(simulator, "AddExport")).toEqual(["EGeneral:Permission denied"]);
  });
});

describe("simulator: exports", () => {
  const keys = [{ permissions: ["export-data"] }];
  const request = { report: "trades", description: "mine" };

  test("are queued, processed, retrieved as a ZIP under the type of JSON, and removed", async () => {
    const clock = movableClock();
    await using simulator = await startKrakenSimulator({ clock, keys, trades: manyTrades(3), exportMs: 8_000 });
    const { id } = await result(simulator, "AddExport", { ...request, starttm: "1600000000" });
    const seen: unknown[] = [];
    for (const waitMs of [0, 2_000, 6_000]) {
      clock.advance(waitMs);
      const jobs = (await result(simulator, "ExportStatus", { report: "trades" })) as unknown as { status: string }[];
      seen.push(jobs[0]?.status);
    }
    expect(seen).toEqual(["Queued", "Processing", "Processed"]);
    const file = await post(simulator, "RetrieveExport", { id: String(id) });
    expect(file.headers.get("content-type")).toContain("application/json");
    expect(Buffer.from(await file.arrayBuffer()).subarray(0, 4)).toEqual(Buffer.from("PK\x03\x04", "latin1"));
    expect(await result(simulator, "RemoveExport", { id: String(id), type: "delete" })).toEqual({ delete: true });
    expect(simulator.exports).toEqual([]);
  });

  test("start at the first of the month unless told otherwise, need a description, and are gone after 14 days", async () => {
    const clock = movableClock(Date.UTC(2026, 6, 20));
    await using simulator = await startKrakenSimulator({ clock, keys });
    await post(simulator, "AddExport", request);
    expect(simulator.exports).toMatchObject([{ from: Date.UTC(2026, 6, 1) / 1000 }]);
    expect(await errorsOf(simulator, "AddExport", { report: "trades" })).toEqual([
      "EGeneral:Invalid arguments:description",
    ]);
    clock.advance(14 * 86_400_000);
    expect(await result(simulator, "ExportStatus", { report: "trades" })).toEqual([]);
  });
});
