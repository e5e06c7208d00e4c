/** Counts requests and puts addresses into the penalty box. */
export interface PortalLimits {
  /** What was broken, in the order of time. */
  readonly violations: readonly string[];
  /** False for what answers 429. */
  admit(request: {
    readonly egress: string;
    readonly face: string;
    readonly path: string;
    readonly atMs: number;
  }): boolean;
}

const SECOND_MS = 1000;
const SESSION_MAX = 10;

/** The least distance of two requests to a path (IBKR Campus, Web API, read 2026-05-27). */
const distanceMs: ReadonlyMap<string, readonly [string, number]> = new Map([
  ["/iserver/account/trades", ["trades", 5 * SECOND_MS]],
  ["/iserver/account/orders", ["orders", 5 * SECOND_MS]],
  ["/portfolio/accounts", ["portfolio", 5 * SECOND_MS]],
  ["/tickle", ["tickle", SECOND_MS]],
  ["/sso/validate", ["validate", 60 * SECOND_MS]],
]);

/** Counters that have counted nothing. Without limits they only note what would have been refused. */
export function createPortalLimits(enforced: boolean, penaltyMs: number): PortalLimits {
  const violations: string[] = [];
  const boxedUntilMs = new Map<string, number>();
  const last = new Map<string, number>();
  const recent = new Map<string, number[]>();

  function broken({ egress, face, path, atMs }: Parameters<PortalLimits["admit"]>[0]): string | null {
    if (atMs < (boxedUntilMs.get(egress) ?? 0)) return "box";
    const times = (recent.get(face) ?? []).filter((time) => atMs - time < SECOND_MS);
    recent.set(face, [...times, atMs]);
    const key = path.replace(/\/+$/, "");
    const [name, leastMs] = distanceMs.get(key) ?? ["", 0];
    const before = last.get(`${face} ${key}`);
    last.set(`${face} ${key}`, atMs);
    if (before !== undefined && atMs - before < leastMs) return name;
    return times.length >= SESSION_MAX ? "second" : null;
  }

  return {
    violations,
    admit(request) {
      const what = broken(request);
      if (what === null) return true;
      violations.push(what);
      if (what !== "box" && enforced) boxedUntilMs.set(request.egress, request.atMs + penaltyMs);
      return !enforced;
    },
  };
}
