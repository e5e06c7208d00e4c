const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const MINUTE_REQUESTS_MAX = 10;

/** Counts the requests of one token. */
export interface RequestLimit {
  /** Notes a request; false when it is the second within a second or the eleventh within a minute. */
  admit(atMs: number): boolean;
}

/**
 * One request a second and ten a minute, whichever step. Whether refused requests count is not published; they do here,
 * so that a client that goes on asking is not let in by chance.
 */
export function createRequestLimit(): RequestLimit {
  const times: number[] = [];
  return {
    admit(atMs) {
      while (times.length > 0 && atMs - (times[0] ?? 0) >= MINUTE_MS) times.shift();
      const last = times.at(-1);
      const admitted = times.length < MINUTE_REQUESTS_MAX && (last === undefined || atMs - last >= SECOND_MS);
      times.push(atMs);
      return admitted;
    },
  };
}
