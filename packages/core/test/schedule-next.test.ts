import fc from "fast-check";
import { expect, test } from "vitest";
import { instantFromUnixMs, unixMsOf } from "../src/instant.ts";
import { type ScheduleRequest, scheduleNext } from "../src/schedule-next.ts";

const anyRequest = fc
  .record({
    nowMs: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2030, 0, 1) }),
    connectionId: fc.uuid(),
    jobId: fc.uuid(),
    syncEveryMs: fc.integer({ min: 1000, max: 2_678_400_000 }),
    isFirst: fc.boolean(),
    pauseMs: fc.option(fc.integer({ min: -1000, max: 604_800_000 })),
  })
  .map(({ nowMs, pauseMs, ...request }): ScheduleRequest => {
    const notBefore = pauseMs === null ? null : instantFromUnixMs(nowMs + pauseMs);
    return { ...request, now: instantFromUnixMs(nowMs), notBefore };
  });

test("schedule: never inside a pause, and never in the past", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const due = scheduleNext(request);
      expect(due > request.now).toBe(true);
      expect(due > (request.notBefore ?? "")).toBe(true);
    }),
  );
});

test("schedule: without a pause the interval is kept, give or take a tenth; the first is anywhere in it", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const waitMs = unixMsOf(scheduleNext({ ...request, notBefore: null })) - unixMsOf(request.now);
      const [least, most] = request.isFirst ? [0.1, 1] : [0.9, 1.1];
      expect(waitMs).toBeGreaterThanOrEqual(Math.floor(least * request.syncEveryMs));
      expect(waitMs).toBeLessThanOrEqual(Math.ceil(most * request.syncEveryMs));
    }),
  );
});

test("schedule: a pause is followed within a tenth of the interval, or by what was due anyway", () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const free = scheduleNext({ ...request, notBefore: null });
      const due = scheduleNext(request);
      const latest = unixMsOf(request.notBefore ?? free) + 2 + Math.ceil(request.syncEveryMs / 10);
      expect(due === free || unixMsOf(due) <= latest).toBe(true);
    }),
  );
});

test("schedule: the same run gives the same time, and other runs and connections other ones", () => {
  const request: ScheduleRequest = {
    ...{ now: instantFromUnixMs(Date.UTC(2026, 0, 5)), connectionId: "c", jobId: "j" },
    ...{ syncEveryMs: 900_000, isFirst: false, notBefore: null },
  };
  expect(scheduleNext(request)).toBe(scheduleNext({ ...request }));
  const names = Array.from({ length: 200 }, (_, place) => `n${place}`);
  const byJob = new Set(names.map((jobId) => scheduleNext({ ...request, jobId })));
  const byConnection = new Set(names.map((connectionId) => scheduleNext({ ...request, connectionId, isFirst: true })));
  expect([byJob.size, byConnection.size].every((size) => size > 190)).toBe(true);
});
