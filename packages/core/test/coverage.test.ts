import { type Instant, instant } from "@fillbook/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PageCoverage } from "../src/connector-contract.ts";
import { type Coverage, coverageAfter, gapsOf, nothingCovered, spansMax } from "../src/coverage.ts";
import { coverageProblems } from "../src/coverage-problems.ts";

describe("coverage", () => {
  test("spans of one evidence that touch are one; those of another stay apart and close no less", () => {
    const after = [
      { covered: [span(0, 10, "pages"), span(20, 30, "pages")] },
      { covered: [span(5, 20, "export")] },
      { covered: [span(10, 12, "pages")] },
    ].reduce<Coverage>(coverageAfter, nothingCovered);
    expect(after.covered).toEqual([span(0, 12, "pages"), span(5, 20, "export"), span(20, 30, "pages")]);
    expect(gapsOf(after)).toEqual([]);
  });

  test("what the cursor holds open is no gap; once it is given up unread it is one", () => {
    const covered = [span(0, 10), span(30, 40)];
    const open = coverageAfter(nothingCovered, { covered, open: [plain(10, 30)] });
    expect(gapsOf(open)).toEqual([]);
    const given = coverageAfter(open, { covered: [], open: [] });
    expect(gapsOf(given)).toEqual([{ ...plain(10, 30), reason: "no run has read it" }]);
  });

  test("a page that says nothing of open spans leaves them", () => {
    const open = coverageAfter(nothingCovered, { covered: [span(0, 10)], open: [plain(10, 30)] });
    expect(coverageAfter(open, { covered: [span(30, 40)] }).open).toEqual([plain(10, 30)]);
  });

  test("a span that is known to be incomplete is a gap before anything is covered, until it is covered", () => {
    const missing = [{ ...plain(0, 10), reason: "rows never came", lasting: true }];
    const told = coverageAfter(nothingCovered, { covered: [], missing });
    expect(gapsOf(told)).toEqual(missing);
    const half = coverageAfter(told, { covered: [span(5, 10)] });
    expect(gapsOf(half)).toEqual([{ ...missing[0], to: at(5) }]);
    expect(gapsOf(coverageAfter(half, { covered: [span(0, 6)] }))).toEqual([]);
  });

  test("a span that is known to be incomplete stays one problem while it is read again and again", () => {
    const missing = [{ ...plain(10, 20), reason: "rows never came" }];
    const told = coverageAfter(nothingCovered, { covered: [span(0, 10), span(20, 30)], missing });
    const asked = coverageAfter(told, { covered: [], open: [plain(9, 21)] });
    expect(gapsOf(asked)).toEqual(missing);
    const again = coverageAfter(asked, { covered: [span(9, 10), span(20, 21)], open: [], missing });
    expect(gapsOf(again)).toEqual(missing);
    for (const [before, after] of [[told, asked] as const, [asked, again] as const])
      expect(coverageProblems(before, after, "C1")).toEqual({ opens: [], resolves: [] });
  });

  test("a span that was covered and is found to be incomplete is a gap again", () => {
    const before = coverageAfter(nothingCovered, { covered: [span(0, 30)] });
    const doubted = coverageAfter(before, { covered: [], missing: [{ ...plain(10, 20), reason: "rows never came" }] });
    expect(doubted.covered).toEqual([span(0, 10), span(20, 30)]);
    expect(gapsOf(doubted)).toMatchObject([plain(10, 20)]);
    expect(coverageProblems(before, doubted, "C1").opens).toHaveLength(1);
  });

  test("missing spans that touch for one reason are one, for two they are two", () => {
    const hole = (from: number, to: number, reason: string) => ({ ...plain(from, to), reason });
    const first = coverageAfter(nothingCovered, { covered: [], missing: [hole(0, 10, "a"), hole(20, 30, "b")] });
    const { missing } = coverageAfter(first, { covered: [], missing: [hole(10, 20, "a")] });
    expect(missing).toEqual([hole(0, 20, "a"), hole(20, 30, "b")]);
  });

  test("too many spans: the oldest covered ones are forgotten, of the missing ones nothing is", () => {
    const covered = many((index) => span(index * 10, index * 10 + 5));
    const missing = many((index) => ({ ...plain(index * 10 + 5, index * 10 + 10), reason: `hole ${index}` }));
    const after = coverageAfter(nothingCovered, { covered, missing });
    expect(after.covered).toHaveLength(spansMax);
    expect(after.covered.at(-1)).toEqual(covered.at(-1));
    expect(after.missing).toHaveLength(spansMax);
    for (const { from, to } of missing)
      expect(after.missing.some((one) => one.from <= from && to <= one.to)).toBe(true);
  });

  test("a gap is a problem while it lasts, and reading it again closes it", () => {
    const before = coverageAfter(nothingCovered, { covered: [span(0, 10)] });
    const holed = coverageAfter(before, { covered: [span(30, 40)] });
    const opened = coverageProblems(before, holed, "C1");
    expect(opened).toMatchObject({
      opens: [{ kind: "coverage_gap", details: { from: at(10), to: at(30), lasting: false } }],
      resolves: [],
    });
    expect(coverageProblems(holed, holed, "C1")).toEqual({ opens: [], resolves: [] });
    const smaller = coverageAfter(holed, { covered: [span(10, 20)] });
    expect(coverageProblems(holed, smaller, "C1")).toMatchObject({
      opens: [{ details: { from: at(20) } }],
      resolves: [opened.opens[0]?.problemKey],
    });
    expect(coverageProblems(smaller, coverageAfter(smaller, { covered: [span(20, 30)] }), "C1").opens).toEqual([]);
  });

  // Goal: no claim is lost or made up. Method: a set of minutes beside each list of spans.
  test("whatever pages tell, gaps are the minutes between the covered ones that nobody read, and the missing ones", () => {
    const minute = fc.integer({ min: 0, max: 60 });
    const range = fc.tuple(minute, minute).map(([left, right]) => plain(Math.min(left, right), Math.max(left, right)));
    const page = fc.record({
      covered: fc.array(fc.tuple(range, fc.constantFrom("a", "b")), { maxLength: 3 }),
      open: fc.option(fc.array(range, { maxLength: 2 }), { nil: undefined }),
      missing: fc.array(range, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(page, { maxLength: 8 }), (pages) => {
        const model = { covered: new Set<number>(), open: new Set<number>(), missing: new Set<number>() };
        let coverage = nothingCovered;
        for (const { covered, open, missing } of pages) {
          const told: PageCoverage = {
            covered: covered.map(([one, evidence]) => ({ ...one, evidence })),
            ...(open === undefined ? {} : { open }),
            missing: missing.map((one) => ({ ...one, reason: "told" })),
          };
          coverage = coverageAfter(coverage, told);
          for (const one of minutesOf(missing)) {
            model.missing.add(one);
            model.covered.delete(one);
          }
          for (const one of minutesOf(told.covered)) {
            model.covered.add(one);
            model.missing.delete(one);
          }
          if (open !== undefined) model.open = new Set(minutesOf(open));
        }
        expect(new Set(minutesOf(coverage.covered))).toEqual(model.covered);
        const [first, last] = [Math.min(...model.covered), Math.max(...model.covered)];
        const expected = [...Array(61).keys()].filter((one) => {
          if (model.covered.has(one)) return false;
          return model.missing.has(one) || (one > first && one < last && !model.open.has(one));
        });
        const gaps = minutesOf(gapsOf(coverage));
        expect(gaps.toSorted((left, right) => left - right)).toEqual(expected);
      }),
    );
  });
});

function at(minute: number): Instant {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0"));
  const days = String(1 + Math.floor(minute / 1440)).padStart(2, "0");
  return instant(`2026-01-${days}T${String(Number(hours) % 24).padStart(2, "0")}:${minutes}:00Z`);
}

function plain(from: number, to: number) {
  return { from: at(from), to: at(to) };
}

function span(from: number, to: number, evidence = "pages") {
  return { ...plain(from, to), evidence };
}

function many<Item>(make: (index: number) => Item): Item[] {
  return Array.from({ length: spansMax + 10 }, (_, index) => make(index));
}

function minutesOf(spans: readonly { readonly from: Instant; readonly to: Instant }[]): number[] {
  const start = Date.parse(at(0));
  return spans.flatMap(({ from, to }) => {
    const [first, end] = [from, to].map((moment) => (Date.parse(moment) - start) / 60_000);
    return Array.from({ length: (end ?? 0) - (first ?? 0) }, (_, index) => (first ?? 0) + index);
  });
}
