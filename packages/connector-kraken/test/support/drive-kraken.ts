import { setTimeout as realWait } from "node:timers/promises";
import {
  type KrakenConnector,
  type KrakenContext,
  type KrakenCursor,
  type KrakenPolicy,
  type KrakenSettings,
  kraken,
} from "@fillbook/connector-kraken";
import type { KrakenSimulator } from "@fillbook/connector-kraken/simulator";
import type { Clock, Json, Logger } from "@fillbook/core";
import {
  type ExecutionInput,
  executionSchema,
  type Page,
  type PageCoverage,
  type PageDiagnostic,
  type RunMode,
  type RunWindow,
  type SharedState,
} from "@fillbook/core/connector";
import { z } from "zod";

/** 2026-03-02T12:00:00Z. */
export const startMs = Date.UTC(2026, 2, 2, 12);

/** TradesHistory and nothing else, for tests that count its calls. */
export const tradesOnly = { ledgerFees: false, instant: false } as const;

export interface TestClock extends Clock {
  set(ms: number): void;
  advance(ms: number): void;
  readonly sleptMs: number;
}

/** A clock whose sleep moves it at once; real sockets get a real turn meanwhile. */
export function testClock(): TestClock {
  let nowMs = startMs;
  let sleptMs = 0;
  return {
    now: () => nowMs,
    set: (ms) => {
      nowMs = ms;
    },
    advance: (ms) => {
      nowMs += ms;
    },
    get sleptMs() {
      return sleptMs;
    },
    async sleep(ms, signal) {
      await realWait(1, undefined, { signal: signal ?? undefined }).catch(() => signal?.throwIfAborted());
      nowMs += ms;
      sleptMs += ms;
    },
  };
}

/** Shared state in memory, JSON all through. */
export function memoryState(): SharedState & {
  readonly stored: ReadonlyMap<string, { value: Json; version: number }>;
} {
  const stored = new Map<string, { value: Json; version: number }>();
  return {
    stored,
    async read(key) {
      return structuredClone(stored.get(key) ?? null);
    },
    async write(key, value, version) {
      if ((stored.get(key)?.version ?? 0) !== version) return false;
      stored.set(key, { value: JSON.parse(JSON.stringify(value)), version: version + 1 });
      return true;
    },
  };
}

export interface LogLine {
  readonly level: string;
  readonly data: object;
  readonly message: string;
}

export interface DriveOptions {
  readonly policy?: KrakenPolicy;
  readonly settings?: Partial<KrakenSettings>;
  readonly credentials?: { readonly apiKey?: string; readonly apiSecret?: string; readonly otp?: string };
  readonly clock?: TestClock;
  readonly state?: ReturnType<typeof memoryState>;
}

export interface RunOptions {
  readonly mode?: RunMode;
  readonly window?: RunWindow;
  readonly signal?: AbortSignal;
  /** Ends the run after so many pages, as a killed process does. */
  readonly stopAfterPages?: number;
}

/** A connection to the simulator without a store: what was yielded counts as committed, page by page. */
export function driveKraken(simulator: KrakenSimulator, options: DriveOptions = {}) {
  const { clock = testClock(), state = memoryState() } = options;
  const connector = kraken({ baseUrl: simulator.url, ...options.policy });
  const credentials = { apiKey: simulator.key.apiKey, apiSecret: simulator.key.apiSecret, ...options.credentials };
  const settings = z.parse(connector.settings, options.settings ?? {});
  const seen = nothingSeen();
  const drive = {
    ...{ connector, clock, state, ...seen },
    cursor: null as KrakenCursor | null,
    pages: 0,
    check: () =>
      connector.check({ userId: "u1", credentials, settings, signal: new AbortController().signal, clock, state }),
    run,
    requests: (path = "TradesHistory") => simulator.requests.filter((request) => request.path.endsWith(`/${path}`)),
  };
  return drive;

  async function run({ mode = "scheduled", window = {}, signal, stopAfterPages = 1_000_000 }: RunOptions = {}) {
    const lastPage = drive.pages + stopAfterPages;
    const request = {
      ...{
        connection: { id: "connection-1", userId: "u1", accountRef: "account-1", settings },
        credentials,
        mode,
        window,
      },
      ...{ signal: signal ?? new AbortController().signal, clock, logger: logger(seen.logLines), state },
      cursor: drive.cursor === null ? null : z.parse(connector.cursor, throughJson(drive.cursor)),
    };
    for await (const page of connector.pull(request)) {
      take(seen, page, connector);
      drive.cursor = page.cursor;
      drive.pages += 1;
      if (drive.pages >= lastPage) return;
    }
  }
}

type KrakenPage = Page<Json, KrakenContext, KrakenCursor>;

function nothingSeen() {
  return {
    logLines: [] as LogLine[],
    cursors: [] as KrakenCursor[],
    records: [] as Json[],
    contexts: [] as KrakenContext[],
    diagnostics: [] as PageDiagnostic[],
    coverages: [] as PageCoverage[],
    resolved: [] as Pick<PageDiagnostic, "kind" | "key">[],
    executions: new Map<string, ExecutionInput>(),
    rejected: [] as { raw: Json; reason: string }[],
  };
}

/** Takes a page as a store would: through JSON, deduped by execution id. */
function take(seen: ReturnType<typeof nothingSeen>, page: KrakenPage, connector: KrakenConnector): void {
  const { records, context, cursor, diagnostics = [] } = page;
  for (const { raw } of throughJson(records)) {
    seen.records.push(raw);
    const normalized = connector.normalize(raw, throughJson(context));
    if (normalized.kind === "rejected") seen.rejected.push({ raw, reason: normalized.reason });
    if (normalized.kind !== "execution") continue;
    executionSchema.parse(normalized.execution);
    seen.executions.set(String(normalized.execution.executionId), normalized.execution);
  }
  seen.cursors.push(cursor);
  seen.contexts.push(context);
  seen.diagnostics.push(...diagnostics);
  seen.resolved.push(...(page.resolved ?? []));
  if (page.coverage !== undefined) seen.coverages.push(throughJson(page.coverage));
}

function throughJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

/** The code that the promise rejects with, or what it resolved to. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { resolved: await promise };
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

function logger(lines: LogLine[]): Logger {
  const write = (level: string) => (data: object, message: string) => {
    lines.push({ level, data, message });
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
