import { isJsonObject } from "@fillbook/connector-kit";
import { type ImportError, isImportError, type Json } from "@fillbook/core";
import { letTimersRun } from "@fillbook/core/connector";
import { z } from "zod";
import type { WebSessionRun } from "./web-session-run.ts";
import { changeShared } from "./web-shared.ts";

/** What /trsrv/secdef knows of an instrument; assignable to Json. */
export type WebInstrument = {
  readonly conid: string;
  readonly assetClass: string;
  readonly ticker: string | null;
  readonly currency: string;
  /** Text; "0" and "1" mean one. */
  readonly multiplier: string;
  /** "20260619" */
  readonly expiry: string | null;
  readonly strike: string | null;
  readonly right: "C" | "P" | null;
};

/**
 * Instruments by owner, place and conid, as in the shared state: a conid never changes its meaning, but what a gateway says
 * of it is a fact for nobody but the owner who reads there.
 */
export type WebInstrumentCache = Map<string, WebInstrument>;

/** Most conids of one request (IBKR Campus, Web API, read 2026-05-27). */
const CONIDS_MAX = 200;
/** Instruments of one answer, which has as many as were asked for. */
const LISTED_MAX = 2 * CONIDS_MAX;
const CACHED_MAX = 10_000;

/**
 * Looks instruments up: in memory, in the shared state, at IBKR. Those that IBKR does not tell (delisted, expired) are
 * left out, and asked for again the next time.
 */
export async function webInstruments(
  run: WebSessionRun,
  cache: WebInstrumentCache,
  conids: readonly string[],
): Promise<readonly WebInstrument[]> {
  const { ownKey } = run.client.access;
  const wanted = [...new Set(conids)].sort();
  // Of this run: the cache may be emptied while it is filled.
  const known = new Map<string, WebInstrument>();
  for (const [index, conid] of wanted.entries()) {
    // A store may answer from memory, which lets no timer run.
    if (index % CONIDS_MAX === CONIDS_MAX - 1) await letTimersRun();
    const key = instrumentKey(ownKey, conid);
    const instrument = cache.get(key) ?? readInstrument((await run.state.read(key))?.value ?? null);
    if (instrument === null) continue;
    known.set(conid, instrument);
    remember(cache, key, instrument);
  }
  const missing = wanted.filter((conid) => !known.has(conid));
  for (let start = 0; start < missing.length; start += CONIDS_MAX) {
    await letTimersRun();
    for (const instrument of await ask(run, missing.slice(start, start + CONIDS_MAX))) {
      const key = instrumentKey(ownKey, instrument.conid);
      known.set(instrument.conid, instrument);
      remember(cache, key, instrument);
      await changeShared(run.state, key, () => ({ value: instrument, result: null }));
    }
  }
  return wanted.flatMap((conid) => known.get(conid) ?? []);
}

/** The instruments of a stored context, by conid. */
export function instrumentsIn(value: Json): ReadonlyMap<string, WebInstrument> {
  const list = Array.isArray(value) ? value : [];
  const read = list.flatMap((one: Json) => readInstrument(one) ?? []);
  return new Map(read.map((instrument) => [instrument.conid, instrument]));
}

function instrumentKey(ownKey: string, conid: string): string {
  return `web:instrument:${ownKey}:${conid}`;
}

function remember(cache: WebInstrumentCache, key: string, instrument: WebInstrument): void {
  if (cache.size >= CACHED_MAX) cache.clear();
  cache.set(key, instrument);
}

/** Trades without instruments are better than none: what fails here is asked for again by the next run. */
async function ask(run: WebSessionRun, conids: readonly string[]): Promise<readonly WebInstrument[]> {
  try {
    const parameters = { conids: conids.join(",") };
    const reply = await run.client.call({ method: "GET", path: "/trsrv/secdef", parameters, answer: "instruments" });
    const listed = reply.kind === "ok" && isJsonObject(reply.value) ? reply.value.secdef : null;
    if (!Array.isArray(listed) || listed.length > LISTED_MAX) {
      const sign = reply.kind === "sign" ? reply.sign : null;
      run.logger.warn({ sign, conids: conids.length }, UNREPORTED);
      return [];
    }
    const wanted = new Set(conids);
    return listed.flatMap((one: Json) => instrumentOf(one) ?? []).filter(({ conid }) => wanted.has(conid));
  } catch (error) {
    if (!isImportError(error) || !MISSABLE.has(error.code)) throw error;
    run.logger.warn({ code: error.code, conids: conids.length }, UNREPORTED);
    return [];
  }
}

const UNREPORTED = "ibkr client portal: instruments were not reported";

const MISSABLE: ReadonlySet<ImportError["code"]> = new Set([
  "PROTOCOL",
  "BROKER_ERROR",
  "BROKER_UNAVAILABLE",
  "REQUEST_INVALID",
  "RESPONSE_TOO_LARGE",
]);

const word = z.string().max(200);

const answerSchema = z.object({
  conid: z.union([z.string(), z.number().transform(String)]).pipe(z.string().regex(/^\d{1,20}$/)),
  assetClass: word,
  ticker: word.nullish(),
  currency: z.string().regex(/^[A-Z]{3,5}$/),
  multiplier: z.union([z.string(), z.number().transform(String)]).nullish(),
  expiry: word.nullish(),
  strike: z.union([z.string(), z.number().transform(String)]).nullish(),
  putOrCall: word.nullish(),
});

function instrumentOf(value: Json): WebInstrument | null {
  const read = answerSchema.safeParse(value);
  if (!read.success) return null;
  const { conid, assetClass, ticker, currency, multiplier, expiry, strike, putOrCall } = read.data;
  // Through the schema of what is stored, so that the first answer and every later look-up are the same text.
  return readInstrument({
    ...{ conid, assetClass, currency, multiplier: multiplier ?? "0", ticker: ticker ?? null, strike: strike ?? null },
    expiry: /^\d{8}$/.test(expiry ?? "") ? (expiry ?? null) : null,
    right: putOrCall?.startsWith("C") ? "C" : putOrCall?.startsWith("P") ? "P" : null,
  });
}

const storedSchema: z.ZodType<WebInstrument> = z.object({
  ...{ conid: word, assetClass: word, ticker: word.nullable(), currency: word, multiplier: word },
  ...{ expiry: word.nullable(), strike: word.nullable(), right: z.enum(["C", "P"]).nullable() },
});

function readInstrument(value: Json): WebInstrument | null {
  const read = storedSchema.safeParse(value);
  return read.success ? read.data : null;
}
