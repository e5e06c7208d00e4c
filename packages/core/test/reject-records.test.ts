import { expect, test } from "vitest";
import { digest } from "../src/digest.ts";
import type { CommitBatch } from "../src/plan/commit-batch.ts";
import { onlyRecords, recordKeysOf, rejectRecords } from "../src/plan/reject-records.ts";
import { naiveBook } from "./support/naive-book.ts";
import { cancel, fill, type Told } from "./support/told.ts";
import { toldBatch } from "./support/told-batch.ts";

const told: readonly Told[] = [
  fill(),
  fill({ familyId: "E2" }),
  cancel({ aliases: ["trade:9"] }),
  { kind: "other", normalized: { kind: "rejected", reason: "no price" } },
];

const batch = toldBatch(told, 1);
const [first = "", second = "", third = ""] = recordKeysOf(batch);

test("recordKeysOf: all reports, then all cancels", () => {
  expect([first, second, third]).toEqual([...batch.reports.map((one) => one.revisionKey), batch.cancels[0]?.cancelKey]);
  expect(recordKeysOf(batch)).toHaveLength(3);
});

test("onlyRecords: other records are gone, as if they had never been fetched, and nothing else", () => {
  const part = onlyRecords(batch, new Set([second, third]));
  expect(recordKeysOf(part)).toEqual([second, third]);
  const fetched = batch.fetched - 1;
  expect({ ...part, reports: [], cancels: [] }).toEqual({ ...batch, fetched, reports: [], cancels: [] });
  expect(recordKeysOf(batch)).toHaveLength(3);
});

test("rejectRecords: a refused report and a refused cancel become rejects that hold them as they came", () => {
  const rest = rejectRecords(batch, new Set([first, third]), "the value is out of range");
  expect(recordKeysOf(rest)).toEqual([second]);
  const [own, ofReport, ofCancel] = rest.rejects;
  expect(own).toEqual(batch.rejects[0]);
  const raw = batch.reports[0]?.raw ?? null;
  const rawHash = digest(JSON.stringify(raw));
  expect(ofReport).toEqual({
    ...{ rejectKey: digest(`connection of live|${rawHash}|0`), rawHash, raw, rawTruncated: false, ordinal: null },
    ...{
      connectionId: "connection of live",
      firstReportedAt: null,
      jobId: "job 1",
      reason: "the value is out of range",
    },
    ...{ fetchedAt: batch.at, contextHash: batch.reports[0]?.contextHash },
  });
  expect(ofCancel?.raw).toEqual(batch.cancels[0]?.raw);
  expect(ofCancel?.connectionId).toBe("connection of statement");
});

test("rejectRecords: its reject is the one that core would have made of the record", () => {
  const ordinal = 2;
  const idless = fill({ familyId: null, executionId: null, ordinal });
  const made = rejectRecords(toldBatch([idless], 1), new Set(recordKeysOf(toldBatch([idless], 1))), "r").rejects[0];
  expect(made?.rejectKey).toBe(digest(`connection of live|${made?.rawHash}|${ordinal}`));
});

test("rejectRecords: the counts add up to fetched, whatever is refused and however often it comes", () => {
  const twins = [0, 1, 1].map((ordinal) => fill({ familyId: null, executionId: null, ordinal }));
  const page = [...told, ...told, ...twins];
  for (const refused of subsets(recordKeysOf(toldBatch(page, 1)))) {
    const book = naiveBook();
    for (const number of [1, 2]) {
      const { stats } = book.commit(rejectRecords(toldBatch(page, number), refused, "refused"));
      const { inserted, updated, duplicates, corrected, canceled, conflicts, ignored, rejected, fetched } = stats;
      expect(inserted + updated + duplicates + corrected + canceled + conflicts + ignored + rejected).toBe(fetched);
      expect(rejected).toBe(number === 1 ? refused.size + 1 : 0);
      expect(duplicates).toBe(number === 1 ? page.length - refused.size - (6 - refused.size) : page.length);
    }
  }
});

test("rejectRecords: different reports with one raw have different keys, at once or one after another", () => {
  const { reports } = batch;
  const alike: CommitBatch = { ...batch, reports: reports.map((report) => ({ ...report, raw: { same: true } })) };
  const keysOf = (one: CommitBatch) => new Set(one.rejects.map((reject) => reject.rejectKey));
  const atOnce = rejectRecords(alike, new Set([first, second]), "refused");
  const inTurn = rejectRecords(rejectRecords(alike, new Set([first]), "refused"), new Set([second]), "refused");
  expect(keysOf(atOnce).size).toBe(3);
  expect(keysOf(inTurn)).toEqual(keysOf(atOnce));
  const other = rejectRecords(alike, new Set([second]), "refused").rejects.at(-1);
  expect(keysOf(atOnce)).toContain(other?.rejectKey);
});

test("rejectRecords: a reason is cut and cleaned", () => {
  const reason = rejectRecords(batch, new Set([first]), `\u0000${"x".repeat(2000)}`).rejects.at(-1)?.reason;
  expect(reason).toBe(`\ufffd${"x".repeat(999)}`);
});

test("rejectRecords: without keys nothing changes", () => {
  expect(rejectRecords(batch, new Set(), "refused")).toEqual(batch);
});

test("rejectRecords: a stored reject that was read again is the same reject, and says why it still is one", () => {
  const rereads = [
    { rejectKey: "of first", recordKey: first, reason: null },
    { rejectKey: "of second", recordKey: second, reason: null },
    { rejectKey: "unread", recordKey: null, reason: "unknown form" },
  ];
  const rest = rejectRecords({ ...batch, rereads }, new Set([first]), "refused");
  expect(rest.rereads).toEqual([{ rejectKey: "of first", recordKey: first, reason: "refused" }, ...rereads.slice(1)]);
  expect(rest.rejects.at(-1)).toMatchObject({ rejectKey: "of first", reason: "refused" });
});

function subsets(keys: readonly string[]): readonly ReadonlySet<string>[] {
  const different = [...new Set(keys)];
  return Array.from({ length: 2 ** different.length }, (_, bits) => {
    return new Set(different.filter((_key, index) => (bits >> index) % 2 === 1));
  });
}
