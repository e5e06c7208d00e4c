export {
  type ClosedWindowOptions,
  type FinishedWindow,
  restartsMax,
  type WalkedPage,
  walkClosedWindows,
} from "./closed-window.ts";
export {
  type ClosedWindow,
  type ClosedWindowCursor,
  emptyWindowCursor,
  type HeadOptions,
  openHead,
  openRequested,
  windowsMax,
} from "./closed-window-cursor.ts";
export type { WindowPage } from "./closed-window-page.ts";
export {
  bodyBytesMaxDefault,
  createHttp,
  defaultTimeouts,
  type FetchedResponse,
  type FetchInit,
  type FetchLike,
  type Http,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  type HttpStream,
  type HttpTimeouts,
} from "./http.ts";
export { httpDate } from "./http-date.ts";
export { createKeyQueue, type KeyQueue } from "./key-queue.ts";
export { type KeyedSession, type KeyedSessionOptions, keyedSession } from "./keyed-session.ts";
export {
  type Bucket,
  type BucketLimits,
  type Charge,
  chargeBucket,
  decayedBucket,
  emptyBucket,
  filledBucket,
} from "./pacing.ts";
export { isJsonObject, type JsonListReading, type JsonReading, parseJson, parseJsonList } from "./parse-json.ts";
export { type PolicyReader, policyReader } from "./policy-reader.ts";
export { type Random, systemRandom } from "./random.ts";
export { defaultRetryPolicy, type RetryOptions, type RetryPolicy, retry, retryWaitMs } from "./retry.ts";
export { redact, type Secret, secret } from "./secret.ts";
export { abortedError, throwIfAborted, untilAborted, wait } from "./wait.ts";
export { windowCoverage, windowSpan } from "./window-coverage.ts";
