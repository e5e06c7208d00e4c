import { type Bucket, chargeBucket, emptyBucket, filledBucket } from "@fillbook/connector-kit";
import { expect, test } from "vitest";
import { fc, test as property } from "./support/property.ts";

const limits = { max: 15, decayPerSecond: 0.33 };

test("pacing: three calls of four points fit, the fourth waits for one point", () => {
  let bucket = emptyBucket(0);
  for (let calls = 0; calls < 3; calls += 1) bucket = chargeBucket(bucket, { cost: 4, nowMs: 0, limits }).bucket;
  expect(bucket.level).toBe(12);
  const refused = chargeBucket(bucket, { cost: 4, nowMs: 0, limits });
  expect(refused.waitMs).toBe(3031);
  expect(chargeBucket(refused.bucket, { cost: 4, nowMs: 3031, limits }).waitMs).toBe(0);
});

test("pacing: a full bucket makes room for a call after its own cost", () => {
  const full = filledBucket(emptyBucket(0), { nowMs: 1_000, limits });
  expect(chargeBucket(full, { cost: 4, nowMs: 1_000, limits }).waitMs).toBe(12_122);
});

test("pacing: a call that never fits is a mistake", () => {
  expect(() => chargeBucket(emptyBucket(0), { cost: 16, nowMs: 0, limits })).toThrow(RangeError);
});

test("pacing: a clock far behind the bucket neither empties it nor waits for the old time", () => {
  const charge = chargeBucket({ level: 3, atMs: 3_600_000 }, { cost: 4, nowMs: 0, limits });
  expect(charge).toEqual({ waitMs: 12_122, bucket: { level: 15, atMs: 0 } });
});

// The broker's own counter, exact, which must never see more than its limit whatever the clocks of workers say.
property(
  "pacing: calls that follow the waits never exceed the broker's counter",
  fc.asyncProperty(
    fc.array(fc.record({ idleMs: fc.nat(60_000), cost: fc.integer({ min: 1, max: 4 }), skewMs: fc.nat(5_000) }), {
      maxLength: 60,
    }),
    async (calls) => {
      let nowMs = 1_000_000;
      let bucket: Bucket = emptyBucket(nowMs);
      let broker = { level: 0, atMs: nowMs };
      for (const { idleMs, cost, skewMs } of calls) {
        nowMs += idleMs;
        let charge = chargeBucket(bucket, { cost, nowMs: nowMs - skewMs, limits });
        for (let tries = 0; charge.waitMs > 0; tries += 1) {
          expect(tries).toBeLessThan(3);
          nowMs += charge.waitMs;
          charge = chargeBucket(charge.bucket, { cost, nowMs: nowMs - skewMs, limits });
        }
        expect(charge.bucket.atMs).toBeGreaterThanOrEqual(bucket.atMs);
        bucket = charge.bucket;
        const decayed = Math.max(0, broker.level - ((nowMs - broker.atMs) / 1000) * limits.decayPerSecond);
        broker = { level: decayed + cost, atMs: nowMs };
        expect(broker.level).toBeLessThanOrEqual(limits.max + 1e-9);
      }
    },
  ),
);
