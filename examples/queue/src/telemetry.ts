import { openTelemetry } from "@fillbook/core/otel";
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";

/** How often metrics are written. */
const EXPORT_MS = 60_000;

/** Writes Fillbook's spans and metrics to the console; ends with what is left of them. */
export function consoleTelemetry(): () => Promise<void> {
  return startTelemetry({ spans: new ConsoleSpanExporter(), metrics: new ConsoleMetricExporter() });
}

/** The same for any exporters. A host that registers its SDK globally calls `openTelemetry()` alone. */
export function startTelemetry(exporters: {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}): () => Promise<void> {
  const traces = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporters.spans)] });
  const reader = new PeriodicExportingMetricReader({ exporter: exporters.metrics, exportIntervalMillis: EXPORT_MS });
  const meters = new MeterProvider({ readers: [reader] });
  const end = openTelemetry({ tracer: traces.getTracer("fillbook"), meter: meters.getMeter("fillbook") });
  return async () => {
    end();
    await traces.shutdown();
    await meters.shutdown();
  };
}
