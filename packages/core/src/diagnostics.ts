import { type Channel, channel } from "node:diagnostics_channel";
import { type Clock, systemClock } from "./clock.ts";
import type { AnyConnector } from "./connector-contract.ts";
import type { DiagnosticMessages } from "./diagnostic-messages.ts";
import type { FillbookEvent } from "./events.ts";
import { unixMsOf } from "./instant.ts";
import type { IngestStore } from "./store-contract.ts";

/** What `createFillbook` and `ingest` have in common. */
export interface DiagnosedOptions {
  /** Commits and claims are watched at it. */
  readonly store: IngestStore;
  /** Pages and waits are watched at them. */
  readonly connectors: readonly AnyConnector[];
  /** Called as before, after the message is published. */
  readonly onEvent?: (event: FillbookEvent) => void;
  /** Durations go by it. @defaultValue systemClock */
  readonly clock?: Clock;
}

/**
 * Options of a book or a run that publish what happens on `node:diagnostics_channel`, see {@link DiagnosticMessages}. A
 * channel without subscribers costs a look at it. What a subscriber throws is Node's to report: it reaches no run.
 *
 * @example
 * const book = createFillbook(withDiagnostics({ store, connectors, vault }));
 */
export function withDiagnostics<const Options extends DiagnosedOptions>(options: Options): Options {
  const jobs = new Map<string, RunningJob>();
  const { clock = systemClock } = options;
  const watch = { jobs, clock };
  return {
    ...options,
    store: watchedStore(options.store, watch),
    connectors: options.connectors.map((connector) => watchedConnector(connector, watch)),
    onEvent(event: FillbookEvent) {
      publishEnd(event, watch);
      return options.onEvent?.(event);
    },
  };
}

interface RunningJob {
  readonly jobId: string;
  readonly connector: string;
  readonly beganMs: number;
  pages: number;
}

/** Of one book: the runs that are going on, by connection, and what durations go by. */
interface Watch {
  readonly jobs: Map<string, RunningJob>;
  readonly clock: Clock;
}

const channels = {
  run: channel("fillbook:run"),
  page: channel("fillbook:page"),
  commit: channel("fillbook:commit"),
  wait: channel("fillbook:wait"),
  claim: channel("fillbook:claim"),
} satisfies Record<string, Channel>;

/** The message is made only where somebody listens. */
function publish<Name extends keyof typeof channels>(
  name: Name,
  message: () => DiagnosticMessages[`fillbook:${Name}`],
): void {
  if (channels[name].hasSubscribers) channels[name].publish(message());
}

function watchedStore<Store extends IngestStore>(store: Store, { jobs, clock }: Watch): Store {
  return overlaid(store, {
    async beginRun(request: Parameters<IngestStore["beginRun"]>[0]) {
      const start = await store.beginRun(request);
      if (start.kind !== "started") return start;
      const { connection, jobId, startedAt } = start;
      const { connector, nextSyncAt } = connection;
      const { connectionId, mode } = request;
      jobs.set(connectionId, { jobId, connector, beganMs: clock.now(), pages: 0 });
      publish("run", () => {
        const isLate = mode === "scheduled" && nextSyncAt !== null;
        const lagMs = isLate ? Math.max(0, unixMsOf(startedAt) - unixMsOf(nextSyncAt)) : null;
        return { kind: "started", connectionId, connector, jobId, mode, lagMs };
      });
      return start;
    },
    async commit(...request: Parameters<IngestStore["commit"]>) {
      if (!channels.commit.hasSubscribers) return store.commit(...request);
      const [{ run, reports, cancels, rejects }] = request;
      const beganMs = clock.now();
      const told = (outcome: DiagnosticMessages["fillbook:commit"]["outcome"]) =>
        publish("commit", () => ({
          connectionId: run?.connectionId ?? null,
          jobId: run?.jobId ?? null,
          page: run?.page ?? null,
          reports: reports.length,
          cancels: cancels.length,
          rejects: rejects.length,
          outcome,
          durationMs: Math.max(0, clock.now() - beganMs),
        }));
      try {
        const result = await store.commit(...request);
        told(result.kind);
        return result;
      } catch (error) {
        told("failed");
        throw error;
      }
    },
    async claimDue(request: Parameters<IngestStore["claimDue"]>[0]) {
      const claimed = await store.claimDue(request);
      publish("claim", () => ({ limit: request.limit, claimed: claimed.length }));
      return claimed;
    },
  });
}

function watchedConnector<Watched extends AnyConnector>(connector: Watched, { jobs, clock }: Watch): Watched {
  return overlaid(connector, {
    async *pull(request: Parameters<Watched["pull"]>[0]) {
      const connectionId = request.connection.id;
      // Another run of this connection may begin meanwhile, where this one loses its lease.
      const job = jobs.get(connectionId);
      const jobId = job?.jobId ?? null;
      const sleep: Clock["sleep"] = (ms, signal) => {
        publish("wait", () => ({ connectionId, jobId, ms }));
        return request.clock.sleep(ms, signal);
      };
      let askedMs = clock.now();
      for await (const page of connector.pull({ ...request, clock: { ...request.clock, sleep } })) {
        if (job !== undefined) job.pages += 1;
        publish("page", () => ({
          connectionId,
          jobId,
          page: job?.pages ?? null,
          records: page.records.length,
          durationMs: Math.max(0, clock.now() - askedMs),
        }));
        yield page;
        askedMs = clock.now();
      }
    },
  });
}

/** The object with other methods: its own may be those of a class. */
function overlaid<Target extends object>(target: Target, methods: object): Target {
  const own = new Map<string | symbol, unknown>(Object.entries(methods));
  return new Proxy(target, {
    get(_, name) {
      if (own.has(name)) return own.get(name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function publishEnd(event: FillbookEvent, { jobs, clock }: Watch): void {
  if (event.type === "run.skipped") {
    const { connectionId, runningJobId } = event;
    publish("run", () => ({ kind: "skipped", connectionId, runningJobId }));
  }
  if (event.type !== "run.finished") return;
  const { connectionId, report } = event;
  const running = jobs.get(connectionId);
  // Another run of this connection may have begun since, where this one had lost its lease.
  const job = running?.jobId === report.jobId ? running : undefined;
  if (job !== undefined) jobs.delete(connectionId);
  publish("run", () => ({
    kind: "finished",
    connectionId,
    connector: job?.connector ?? null,
    jobId: report.jobId,
    status: report.status,
    code: report.error?.code ?? null,
    stats: report.stats,
    durationMs: job === undefined ? null : Math.max(0, clock.now() - job.beganMs),
  }));
}
