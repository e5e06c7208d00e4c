import { digest } from "./digest.ts";
import { type Instant, instantFromUnixMs, unixMsOf } from "./instant.ts";

/** How far from its interval a run may be due, as a share of it, either way. */
const JITTER_SHARE = 0.1;

export interface ScheduleRequest {
  /** When the run ended. */
  readonly now: Instant;
  readonly connectionId: string;
  /** The run that ended: the next interval is another one's length. */
  readonly jobId: string;
  readonly syncEveryMs: number;
  /** It was the connection's first run. */
  readonly isFirst: boolean;
  /** A pause that must be over. */
  readonly notBefore: Instant | null;
}

/**
 * When the next run is due: between 0.9 and 1.1 intervals from now. After the first run it is somewhere between a tenth of
 * the interval and a whole one, so that connections that were made together part. Never before the pause is over, and
 * those that waited for the same moment do not come all at once.
 *
 * Pure: the jitter is drawn from the ids.
 */
export function scheduleNext(request: ScheduleRequest): Instant {
  const { now, connectionId, jobId, syncEveryMs, isFirst, notBefore } = request;
  const share = shareOf(`${connectionId}|${jobId}`);
  const intervals = isFirst
    ? JITTER_SHARE + (1 - JITTER_SHARE) * shareOf(connectionId)
    : 1 - JITTER_SHARE + 2 * JITTER_SHARE * share;
  const due = instantFromUnixMs(unixMsOf(now) + Math.round(intervals * syncEveryMs));
  if (notBefore === null || due > notBefore) return due;
  // One more millisecond: an instant's microseconds are cut.
  return instantFromUnixMs(unixMsOf(notBefore) + 1 + Math.round(share * JITTER_SHARE * syncEveryMs));
}

/** A number from 0 to below 1 that looks random and is always the same for one text. */
function shareOf(text: string): number {
  return Number.parseInt(digest(text).slice(0, 12), 16) / 16 ** 12;
}
