import { type Clock, unixMsOf } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";

/** A connector that is watched, and the moments of its pages so far. */
interface TimedConnector {
  readonly connector: AnyConnector;
  /** One for each page that has records; null where it tells none. */
  readonly moments: () => readonly (string | null)[];
  /** Moments that the broker's clock has not reached. */
  readonly madeUp: () => readonly string[];
}

interface Timing {
  /** The broker's. */
  readonly clock: Clock;
  readonly aheadMs: number;
  /** Whether the simulated broker goes by this clock in what it says of its answers, too. */
  readonly isBrokers: boolean;
}

/** Runs a connector on a machine whose clock is ahead of the broker's: a moment between the two was made up here. */
export function timedAhead(connector: AnyConnector, { clock, aheadMs, isBrokers }: Timing): TimedConnector {
  const moments: (string | null)[] = [];
  const madeUp: string[] = [];
  return {
    connector: {
      ...connector,
      async *pull(request) {
        const ahead: Clock = { ...request.clock, now: () => request.clock.now() + aheadMs };
        for await (const page of connector.pull({ ...request, clock: ahead })) {
          const reportedAt = page.reportedAt ?? null;
          const laterMs = reportedAt === null ? 0 : unixMsOf(reportedAt) - clock.now();
          const isMadeUp = laterMs > 0 && (isBrokers || laterMs <= aheadMs);
          if (isMadeUp) madeUp.push(`a page was reported at ${reportedAt}, which is later than the broker's clock`);
          if (page.records.length > 0) moments.push(reportedAt);
          yield page;
        }
      },
    },
    moments: () => moments,
    madeUp: () => madeUp,
  };
}
