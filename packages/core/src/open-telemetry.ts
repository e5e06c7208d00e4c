import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  type Attributes,
  type Meter,
  metrics,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
  context as traceContext,
} from "@opentelemetry/api";
import { systemClock } from "./clock.ts";
import type { DiagnosticMessages } from "./diagnostic-messages.ts";

export interface OpenTelemetryOptions {
  /** @defaultValue the global provider's tracer of the name `@fillbook/core` */
  readonly tracer?: Tracer;
  /** @defaultValue the global provider's meter of the name `@fillbook/core` */
  readonly meter?: Meter;
}

const NAME = "@fillbook/core";

/**
 * Makes spans and metrics of what `withDiagnostics` publishes, in this process. Call it once, after your SDK has registered
 * its providers. Metrics have the connector as attribute, spans the connection and the job: ids would make metrics too many.
 *
 * @returns ends it; spans of runs that are going on are left open.
 */
export function openTelemetry({
  tracer = trace.getTracer(NAME),
  meter = metrics.getMeter(NAME),
}: OpenTelemetryOptions = {}): () => void {
  const spans = new Map<string, Span>();
  const ends = [
    ...watchRuns(tracer, meter, spans),
    ...watchPages(tracer, spans),
    ...watchCommits(tracer, meter, spans),
    ...watchTime(meter),
  ];
  return () => {
    for (const end of ends) end();
  };
}

type OpenSpans = Map<string, Span>;

function watchRuns(tracer: Tracer, meter: Meter, spans: OpenSpans) {
  const duration = meter.createHistogram("fillbook.run.duration", { unit: "s", description: "How long runs take" });
  const lag = meter.createHistogram("fillbook.connection.lag", { unit: "s", description: "How late due runs begin" });
  const fills = meter.createCounter("fillbook.fills", { description: "Reports of fills, by what became of them" });
  const refusals = meter.createCounter("fillbook.refusals", { description: "Runs that ended in an error, by code" });
  const rejects = meter.createCounter("fillbook.rejects", { description: "Records that could not be read" });
  return on("fillbook:run", (message) => {
    if (message.kind === "skipped") return;
    const { connectionId, jobId, connector } = message;
    const of: Attributes = connector === null ? {} : { "fillbook.connector": connector };
    if (message.kind === "started") {
      const ids = { "fillbook.connection": connectionId, "fillbook.job": jobId, "fillbook.mode": message.mode };
      spans.set(jobId, tracer.startSpan("fillbook.run", { attributes: { ...of, ...ids } }));
      if (message.lagMs !== null) lag.record(message.lagMs / 1000, of);
      return;
    }
    const { status, code, stats, durationMs } = message;
    if (durationMs !== null) duration.record(durationMs / 1000, { ...of, "fillbook.status": status });
    for (const outcome of ["inserted", "updated", "corrected", "canceled", "conflicts"] as const) {
      if (stats[outcome] > 0) fills.add(stats[outcome], { ...of, "fillbook.outcome": outcome });
    }
    if (stats.rejected > 0) rejects.add(stats.rejected, of);
    if (code !== null) refusals.add(1, { ...of, "fillbook.code": code });
    const span = spans.get(jobId);
    spans.delete(jobId);
    span?.setAttributes({
      "fillbook.status": status,
      "fillbook.pages": stats.pages,
      "fillbook.fetched": stats.fetched,
    });
    if (code !== null) span?.setStatus({ code: SpanStatusCode.ERROR, message: code });
    span?.end();
  });
}

function watchPages(tracer: Tracer, spans: OpenSpans) {
  return on("fillbook:page", ({ jobId, page, records, durationMs }) => {
    const attributes = { "fillbook.page": page ?? 0, "fillbook.records": records };
    endedSpan(tracer, spans, { name: "fillbook.page", jobId, durationMs, attributes });
  });
}

function watchCommits(tracer: Tracer, meter: Meter, spans: OpenSpans) {
  const duration = meter.createHistogram("fillbook.commit.duration", {
    unit: "s",
    description: "How long commits take",
  });
  return on("fillbook:commit", ({ jobId, page, reports, outcome, durationMs }) => {
    duration.record(durationMs / 1000, { "fillbook.outcome": outcome });
    const attributes = { "fillbook.page": page ?? 0, "fillbook.reports": reports, "fillbook.outcome": outcome };
    endedSpan(tracer, spans, { name: "fillbook.commit", jobId, durationMs, attributes });
  });
}

function watchTime(meter: Meter) {
  const waits = meter.createHistogram("fillbook.wait.duration", { unit: "s", description: "How long connectors wait" });
  const claims = meter.createCounter("fillbook.claims", { description: "Due connections that were claimed" });
  return [
    ...on("fillbook:wait", ({ ms }) => waits.record(ms / 1000)),
    ...on("fillbook:claim", ({ claimed }) => claims.add(claimed)),
  ];
}

/** A span of what is over by now, within its run's. */
function endedSpan(
  tracer: Tracer,
  spans: OpenSpans,
  ended: {
    readonly name: string;
    readonly jobId: string | null;
    readonly durationMs: number;
    readonly attributes: Attributes;
  },
): void {
  const { name, jobId, durationMs, attributes } = ended;
  const run = jobId === null ? undefined : spans.get(jobId);
  const parent = run === undefined ? traceContext.active() : trace.setSpan(traceContext.active(), run);
  const endMs = systemClock.now();
  tracer.startSpan(name, { attributes, startTime: endMs - durationMs }, parent).end(endMs);
}

function on<Name extends keyof DiagnosticMessages>(
  name: Name,
  work: (message: DiagnosticMessages[Name]) => void,
): readonly (() => unknown)[] {
  // Only `withDiagnostics` publishes on these names, and its messages are typed by them.
  const listener = (message: unknown) => work(message as DiagnosticMessages[Name]);
  subscribe(name, listener);
  return [() => unsubscribe(name, listener)];
}
