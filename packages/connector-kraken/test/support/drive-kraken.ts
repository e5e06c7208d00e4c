import { setTimeout as realWait } from "node:timers/promises";
import { type KrakenCursor, type KrakenPolicy, type KrakenSettings, kraken } from "@fillbook/connector-kraken";
import type { KrakenSimulator } from "@fillbook/connector-kraken/simulator";
import type { Clock, Json, Logger } from "@fillbook/core";
import {
  executionSchema,
  type Normalized,
  type RunMode,
  type RunWindow,
  type SharedState,
} from "@fillbook/core/connector";

/** 2026-03-02T12:00:00Z. */
export const startMs = Date.UTC(2026, 2, 2, 12);

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
  const settings = connector.settings.parse(options.settings ?? {});
  const logLines: LogLine[] = [];
  const drive = {
    connector,
    clock,
    state,
    logLines,
    cursor: null as KrakenCursor | null,
    cursors: [] as KrakenCursor[],
    records: [] as Json[],
    diagnostics: [] as { kind: string; key: string; message: string }[],
    executions: new Map<string, Extract<Normalized, { kind: "execution" }>["execution"]>(),
    rejected: [] as { raw: Json; reason: string }[],
    pages: 0,
    check: () => connector.check({ credentials, settings, signal: new AbortController().signal, clock, state }),
    run,
    requests: (path = "TradesHistory") => simulator.requests.filter((request) => request.path.endsWith(`/${path}`)),
  };
  return drive;

  async function run({
    mode = "scheduled",
    window = {},
    signal,
    stopAfterPages = Number.POSITIVE_INFINITY,
  }: RunOptions = {}) {
    let pages = 0;
    const request = {
      ...{ connection: { id: "connection-1", accountRef: "account-1", settings }, credentials, mode, window },
      ...{ signal: signal ?? new AbortController().signal, clock, logger: logger(logLines), state },
      cursor: drive.cursor === null ? null : connector.cursor.parse(JSON.parse(JSON.stringify(drive.cursor))),
    };
    for await (const page of connector.pull(request)) {
      const context = JSON.parse(JSON.stringify(page.context));
      for (const { raw } of JSON.parse(JSON.stringify(page.records))) {
        drive.records.push(raw);
        const normalized = connector.normalize(raw, context);
        if (normalized.kind === "rejected") drive.rejected.push({ raw, reason: normalized.reason });
        if (normalized.kind !== "execution") continue;
        executionSchema.parse(normalized.execution);
        drive.executions.set(String(normalized.execution.executionId), normalized.execution);
      }
      drive.cursor = page.cursor;
      drive.cursors.push(page.cursor);
      drive.diagnostics.push(...(page.diagnostics ?? []));
      drive.pages += 1;
      pages += 1;
      if (pages >= stopAfterPages) return;
    }
  }
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
