/** A leaky bucket as plain JSON: calls raise the level, time lowers it. */
export interface Bucket {
  /** Points at `atMs`. */
  readonly level: number;
  /** When the level was computed, milliseconds since 1970. */
  readonly atMs: number;
}

export interface BucketLimits {
  /** The level that no call may exceed. */
  readonly max: number;
  readonly decayPerSecond: number;
}

/** What a call comes to: charged when `waitMs` is 0, else to be asked again after that wait. */
export interface Charge {
  readonly waitMs: number;
  readonly bucket: Bucket;
}

/** An empty bucket. */
export function emptyBucket(atMs: number): Bucket {
  return { level: 0, atMs };
}

/**
 * Charges a call before it is sent, or says how long to wait. The bucket's time never goes back, so a worker whose clock
 * is behind cannot let the same second decay twice.
 *
 * @throws RangeError when the call costs more than the bucket holds.
 */
export function chargeBucket(
  bucket: Bucket,
  { cost, nowMs, limits }: { readonly cost: number; readonly nowMs: number; readonly limits: BucketLimits },
): Charge {
  if (cost > limits.max) throw new RangeError(`a call of ${cost} points never fits into ${limits.max}`);
  const present = decayedBucket(bucket, { nowMs, limits });
  const excess = present.level + cost - limits.max;
  if (excess > 0) {
    const aheadMs = present.atMs - nowMs;
    return { waitMs: Math.ceil(aheadMs + (excess / limits.decayPerSecond) * 1000), bucket: present };
  }
  return { waitMs: 0, bucket: { level: present.level + cost, atMs: present.atMs } };
}

/** The bucket filled to the brim: what to do when the broker says so, whatever the local count was. */
export function filledBucket(
  bucket: Bucket,
  { nowMs, limits }: { readonly nowMs: number; readonly limits: BucketLimits },
): Bucket {
  return { level: limits.max, atMs: decayedBucket(bucket, { nowMs, limits }).atMs };
}

/** The bucket now. */
export function decayedBucket(
  bucket: Bucket,
  { nowMs, limits }: { readonly nowMs: number; readonly limits: BucketLimits },
): Bucket {
  const drainMs = (limits.max / limits.decayPerSecond) * 1000;
  // Further ahead than a full drain is no worker's skew: the clock was put back. A full bucket at the present time is
  // never too low, and nobody waits until the old time comes again.
  if (bucket.atMs - nowMs > drainMs) return { level: limits.max, atMs: nowMs };
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  const level = Math.max(0, Math.min(limits.max, bucket.level) - (elapsedMs / 1000) * limits.decayPerSecond);
  return { level, atMs: Math.max(bucket.atMs, nowMs) };
}
