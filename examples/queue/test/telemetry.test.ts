import { createFillbook, ImportError } from "@fillbook/core";
import { withDiagnostics } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted } from "@fillbook/testkit";
import { AggregationTemporality, InMemoryMetricExporter } from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, type ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { expect, it, vi } from "vitest";
import { consoleTelemetry, startTelemetry } from "../src/telemetry.ts";

// Goal: a host sees in its own backend how runs go. Method: OpenTelemetry's exporters into memory, and a book that runs one
// good connection and one whose credentials are refused.

const good: ScriptedPage = {
  records: [{ kind: "execution", execution: anExecution({ source: { connector: "good" } }) }],
};
const refused: ScriptedPage = { error: new ImportError("CREDENTIALS_INVALID", "refused") };

async function runBoth(): Promise<void> {
  const clock = fakeClock();
  const connectors = [
    scripted({ id: "good", pages: [good] }),
    scripted({ id: "bad", broker: "bad", pages: [refused] }),
  ];
  const credentials = async () => ({ token: "t" });
  const book = createFillbook(withDiagnostics({ store: memoryStore({ clock }), connectors, credentials, clock }));
  await book.forUser("ada").connect({ connector: "good" });
  await book.forUser("ada").connect({ connector: "bad" });
  clock.advance(90_000);
  await book.ingestDue({ concurrency: 1 });
}

it("runs are spans with their pages and commits, and metrics of durations, fills, refusals, lag and claims", async () => {
  const spans = new KeptSpans();
  const metrics = new KeptMetrics(AggregationTemporality.CUMULATIVE);
  const end = startTelemetry({ spans, metrics });
  await runBoth();
  await end();
  const [page, commit, ok, failed] = spans.kept;
  expect(spans.kept.map(({ name }) => name)).toEqual([
    "fillbook.page",
    "fillbook.commit",
    "fillbook.run",
    "fillbook.run",
  ]);
  expect([page, commit].map((span) => span?.parentSpanContext?.spanId)).toEqual([
    ok?.spanContext().spanId,
    ok?.spanContext().spanId,
  ]);
  expect(ok?.attributes).toMatchObject({ "fillbook.connector": "good", "fillbook.status": "succeeded" });
  expect(failed?.status).toEqual({ code: 2, message: "CREDENTIALS_INVALID" });
  expect(metrics.sums()).toEqual({
    "fillbook.claims": 2,
    "fillbook.fills": 1,
    "fillbook.refusals": 1,
    "fillbook.run.duration": 2,
    "fillbook.connection.lag": 2,
    "fillbook.commit.duration": 1,
    "fillbook.wait.duration": 2,
  });
});

it("nothing is made of what happens after the end", async () => {
  const spans = new KeptSpans();
  await startTelemetry({ spans, metrics: new KeptMetrics(AggregationTemporality.CUMULATIVE) })();
  await runBoth();
  expect(spans.kept).toEqual([]);
});

it("the console shows both", async () => {
  const written: unknown[] = [];
  const dir = vi.spyOn(console, "dir").mockImplementation((what) => void written.push(what));
  const end = consoleTelemetry();
  await runBoth();
  await end();
  dir.mockRestore();
  expect(written).toContainEqual(expect.objectContaining({ name: "fillbook.run" }));
  expect(written).toContainEqual(
    expect.objectContaining({ descriptor: expect.objectContaining({ name: "fillbook.claims" }) }),
  );
});

/** Shutting down empties the exporter: what it was given is kept beside it. */
class KeptSpans extends InMemorySpanExporter {
  readonly kept: ReadableSpan[] = [];
  override export(...[spans, done]: Parameters<InMemorySpanExporter["export"]>): void {
    this.kept.push(...spans);
    super.export(spans, done);
  }
}

class KeptMetrics extends InMemoryMetricExporter {
  readonly #sums: Record<string, number> = {};
  /** The last value of each: a sum, or how often it was recorded. */
  sums(): Readonly<Record<string, number>> {
    return this.#sums;
  }
  override export(...[metrics, done]: Parameters<InMemoryMetricExporter["export"]>): void {
    for (const { descriptor, dataPoints } of metrics.scopeMetrics.flatMap((scope) => scope.metrics)) {
      const values = dataPoints.map(({ value }) => (typeof value === "number" ? value : value.count));
      this.#sums[descriptor.name] = values.reduce((sum, value) => sum + value, 0);
    }
    super.export(metrics, done);
  }
}
