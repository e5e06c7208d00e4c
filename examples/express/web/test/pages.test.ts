import type {
  BlockedFill,
  ConnectionCoverage,
  Instant,
  RunReport,
  RunStats,
  UndoneFill,
  UndoReport,
} from "@fillbook/core";
import { describe, expect, it } from "vitest";
import { coverageText, gapText, joinedGaps } from "../src/coverage-words.ts";
import { agoText, amountText, momentText, plainText, pricePlaces, signOf } from "../src/format.ts";
import {
  emptyInbox,
  firstChoice,
  type InboxState,
  inboxAfter,
  linkOf,
  neighbor,
  reviewsOf,
} from "../src/inbox-state.ts";
import { runsAfter } from "../src/live.ts";
import { isUndoable, undoText } from "../src/undo-words.ts";

// Goal: what pages make of amounts and of keys. Method: examples; these functions touch no page.

type Waiting = Parameters<typeof firstChoice>[0];
const trade = (id: string) => ({ id, link: null }) as unknown as Waiting;

describe("amounts", () => {
  it.each([
    ["1234567.5", 8, "1,234,567.5"],
    ["-0.5", 8, "\u22120.5"],
    ["-1234", 8, "\u22121,234"],
    ["0", 2, "0"],
    ["999.995", 2, "1,000.00"],
    ["0.125", 2, "0.12"],
    ["0.135", 2, "0.14"],
    ["0.1250000000000000001", 2, "0.13"],
    ["-0.001", 2, "\u2212<\u20090.01"],
    ["123456789012345678901234.000000000000000001", 18, "123,456,789,012,345,678,901,234.000000000000000001"],
    ["9007199254740993", 2, "9,007,199,254,740,993"],
    ["7.6", 0, "8"],
  ])("%s to %i places is %s", (decimal, places, shown) => expect(amountText(decimal, places)).toBe(shown));

  it.each([
    ["-0.0", "down"],
    ["0.00", "flat"],
    ["0.01", "up"],
  ])("%s points %s", (decimal, way) => expect(signOf(decimal)).toBe(way));

  it("large prices show few places, small ones many", () => {
    expect([pricePlaces("60123.5"), pricePlaces("-12.5"), pricePlaces("0.00000243")]).toEqual([2, 4, 8]);
  });
});

it("control characters are shown, and turn nothing around", () => {
  expect(plainText("a\u001b[31mb\u202ec\nd")).toBe("a\\u001b[31mb\\u202ec\\u000ad");
});

it("moments are told from now", () => {
  const nowMs = Date.UTC(2026, 0, 2, 12);
  expect(agoText("2026-01-02T11:58:30.000000Z", nowMs)).toMatch(/1 min/);
  expect(agoText("2026-01-02T11:59:59.000000Z", nowMs)).toBe("just now");
  expect(agoText("2026-01-02T12:16:00.000000Z", nowMs)).toMatch(/in 16 min/);
});

describe("runs that go on", () => {
  const at = "2026-01-02T12:00:00.000000Z" as Instant;
  const started = { type: "run.started", connectionId: "c", jobId: "j", mode: "manual", at } as const;
  const stats = { fetched: 7 } as RunStats;
  const progress = { ...started, type: "run.progress", stats, expectedRecords: 10 } as const;

  it("a run begins, goes on and ends; others stay", () => {
    const begun = runsAfter({ other: { jobId: "o", startedAt: at, stats: null, expectedRecords: null } }, started);
    expect(begun.c).toEqual({ jobId: "j", startedAt: at, stats: null, expectedRecords: null });
    expect(runsAfter(begun, progress).c).toMatchObject({ stats, expectedRecords: 10, startedAt: at });
    const report = {} as RunReport;
    expect(Object.keys(runsAfter(begun, { type: "run.finished", connectionId: "c", report, error: null }))).toEqual([
      "other",
    ]);
  });

  it("a page that came late takes a run up where it is", () => {
    expect(runsAfter({}, progress).c).toMatchObject({ jobId: "j", stats });
    const skipped = { type: "run.skipped", connectionId: "c", runningJobId: "j" } as const;
    expect(runsAfter({}, skipped)).toEqual({});
  });
});

describe("an import that is taken back", () => {
  const fills = <Fill = UndoneFill>(count: number) => ({ count, items: [] as readonly Fill[] });
  const report = (change: Partial<UndoReport>): UndoReport => {
    return {
      jobId: "j",
      status: "undone",
      reversed: fills(0),
      kept: fills(0),
      blocked: fills<BlockedFill>(0),
      ...change,
    };
  };

  it.each([
    [{ reversed: fills(2) }, "Undone: 2 fills of this run count no more, or as before it."],
    [
      { reversed: fills(1), kept: fills(1) },
      "Undone: 1 fill of this run counts no more, or as before it. 1 fill stays, because somebody reviewed it.",
    ],
    [
      { status: "nothing_left", blocked: fills<BlockedFill>(3) },
      "There was nothing left to undo. 3 fills stay, because other imports stand on them: undo those first.",
    ],
    [{ status: "running" }, "The run goes on still, so nothing was undone."],
  ] as const)("%j", (change, words) => expect(undoText(report(change))).toBe(words));

  it("is offered where a finished run stored something", () => {
    const nothing = { fetched: 9, duplicates: 4, ignored: 3, rejected: 2 } as RunStats;
    const one = { ...nothing, fetched: 10 };
    expect(isUndoable({ status: "succeeded", stats: nothing })).toBe(false);
    expect(isUndoable({ status: "failed", stats: one })).toBe(true);
    expect(isUndoable({ status: "running", stats: one })).toBe(false);
  });
});

describe("what was read", () => {
  const [from, between, until, to] = [1, 2, 3, 4].map((day) => `2019-01-0${day}T12:00:00.000000Z` as Instant);
  const beginning = "2000-01-01T00:00:00.000001Z" as Instant;
  const nothing: ConnectionCoverage = { covered: [], open: [], gaps: [] };
  const span = <Rest extends object>(start = beginning, end = beginning, rest: Rest = {} as Rest) => {
    return { from: start, to: end, ...rest };
  };
  const text = (instant = beginning) => momentText(instant);

  it("nothing yet", () => expect(coverageText(nothing)).toBe("Nothing was read to the end yet."));

  it("from the first start to the last end, with what is open", () => {
    const covered = [span(between, to, { evidence: "a" }), span(from, until, { evidence: "b" })];
    const open = [span(to, to)];
    const words = `Complete from ${text(from)} to ${text(to)}. Still to come: from ${text(to)} to ${text(to)}.`;
    expect(coverageText({ ...nothing, covered, open })).toBe(words);
  });

  it("a gap is never called complete", () => {
    const gap = span(between, until, { reason: "no run has read it" });
    const covered = [span(beginning, to, { evidence: "a" })];
    expect(coverageText({ ...nothing, covered, gaps: [gap] })).toBe(
      `Complete from the beginning to ${text(to)}, but for 1 gap.`,
    );
    expect(coverageText({ ...nothing, gaps: [gap] })).toBe("Nothing was read to the end yet; 1 gap.");
    const next = span(until, to, { reason: gap.reason });
    const other = span(to, to, { reason: "another" });
    const touching = [gap, next, other];
    expect(joinedGaps(touching)).toEqual([{ ...gap, to }, other]);
    expect(coverageText({ ...nothing, gaps: touching })).toContain("2 gaps");
    expect(gapText(gap)).toBe(`from ${text(between)} to ${text(until)}: no run has read it`);
  });
});

describe("the inbox's table", () => {
  const after = (state: InboxState, ...acts: Parameters<typeof inboxAfter>[1][]) => acts.reduce(inboxAfter, state);

  it("a row is selected and unselected, and becomes the active one", () => {
    const once = after(emptyInbox, { kind: "toggle", id: "a" });
    expect([...once.selected]).toEqual(["a"]);
    expect(once.active).toBe("a");
    expect([...after(once, { kind: "toggle", id: "a" }).selected]).toEqual([]);
  });

  it("saved rows leave the selection, stale ones stay in it", () => {
    const both = after(emptyInbox, { kind: "select", ids: ["a", "b"] });
    expect([...after(both, { kind: "mark", ids: ["a"], as: "saved" }).selected]).toEqual(["b"]);
    expect([...after(both, { kind: "mark", ids: ["a"], as: "stale" }).selected]).toEqual(["a", "b"]);
  });

  it("the neighbor of a row ends at the ends", () => {
    expect([neighbor(["a", "b"], null, 1), neighbor(["a", "b"], "a", 1), neighbor(["a", "b"], "b", 1)]).toEqual([
      "a",
      "b",
      "b",
    ]);
    expect([neighbor(["a"], "a", -1), neighbor([], "a", 1)]).toEqual(["a", null]);
  });

  it("a suggestion is proposed, a changed trade keeps its link", () => {
    const suggestion = { tradePlanId: "plan", campaignId: "core", reason: "symbol_and_side_match", rule: 1 };
    expect(firstChoice({ ...trade("a"), suggestion } as Waiting)).toEqual({ planId: "plan", campaignId: "" });
    expect(firstChoice({ ...trade("a"), link: { campaignId: "core" } } as Waiting)).toEqual({
      planId: "",
      campaignId: "core",
    });
  });

  it("a plan brings its campaign, so it alone is stored", () => {
    expect(linkOf({ planId: "plan", campaignId: "core" })).toEqual({ tradePlanId: "plan" });
    expect(linkOf({ planId: "", campaignId: "core" })).toEqual({ campaignId: "core" });
    expect(linkOf({ planId: "", campaignId: "" })).toBeNull();
  });

  it("rows of one link are one review, of at most 200", () => {
    const trades = Array.from({ length: 401 }, (_, index) => trade(String(index)));
    const planOf = ({ id }: Waiting) => ({ planId: id === "7" ? "other" : "plan", campaignId: "" });
    const reviews = reviewsOf(trades, planOf);
    expect(reviews.map(({ link, trades: group }) => [link, group.length])).toEqual([
      [{ tradePlanId: "plan" }, 200],
      [{ tradePlanId: "plan" }, 200],
      [{ tradePlanId: "other" }, 1],
    ]);
  });
});
