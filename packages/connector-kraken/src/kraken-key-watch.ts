import { createHash } from "node:crypto";
import { ImportError, instantFromUnixSeconds, isImportError } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import type { KrakenKeySeen } from "./kraken-cursor.ts";
import { nowSeconds } from "./kraken-history.ts";
import { type KeyInfo, readKeyInfo } from "./kraken-key-info.ts";
import { type KrakenPage, type KrakenRun, pageOf } from "./kraken-run.ts";

const DAY_SECONDS = 86_400;
/** How long before its end a key is spoken of. */
const EXPIRY_NOTICE_SECONDS = 14 * DAY_SECONDS;
/** Errors that say nothing of the key: it is looked at again in the next run. */
const UNSAID: ReadonlySet<string> = new Set("BROKER_ERROR BROKER_UNAVAILABLE NETWORK PROTOCOL TIMEOUT".split(" "));

/** True when the key is another one than before: it may be of another account, so it is looked at before anything is read. */
function isOtherKey(run: KrakenRun): boolean {
  return run.key !== null && run.key.id !== digest(run.request.credentials.apiKey);
}

/**
 * Pages with a look at the key behind the first: once a day, at what it may read and how long it lives. What is new does
 * not wait for it.
 *
 * @throws ImportError `ACCOUNT_MISMATCH` for a key of another account.
 */
export async function* withKeyWatch(
  run: KrakenRun,
  pages: AsyncGenerator<KrakenPage, void>,
): AsyncGenerator<KrakenPage, void> {
  if (isOtherKey(run)) yield pageOf(run, { records: [], diagnostics: await watchKey(run) });
  let told: readonly PageDiagnostic[] | null = null;
  for await (const page of pages) {
    const { diagnostics = [] } = page;
    yield told === null ? page : { ...page, diagnostics: [...told, ...diagnostics] };
    const due = run.key === null || Math.abs(nowSeconds(run.request) - run.key.checkedAt) >= DAY_SECONDS;
    told = due ? await watchKey(run) : null;
  }
  if (told !== null) yield pageOf(run, { records: [], diagnostics: told });
}

async function watchKey(run: KrakenRun): Promise<readonly PageDiagnostic[]> {
  const now = nowSeconds(run.request);
  const info = await infoOf(run);
  if (info === "unsaid") return [];
  const account = info?.iban ? digest(info.iban) : (run.key?.account ?? null);
  refuseOtherAccount(run.key, account);
  run.key = { id: digest(run.request.credentials.apiKey), account, checkedAt: now };
  return info === null ? [] : keyDiagnostics(info, now);
}

async function infoOf(run: KrakenRun): Promise<KeyInfo | null | "unsaid"> {
  const { client, request } = run;
  try {
    return await readKeyInfo(client);
  } catch (error) {
    // Of a new key it must be known whose it is.
    if (isOtherKey(run) || !isImportError(error) || !UNSAID.has(error.code)) throw error;
    request.logger.info({ code: error.code }, "kraken: the key could not be looked at");
    return "unsaid";
  }
}

/** Two accounts in one connection would be one account's fills to everybody. */
function refuseOtherAccount(seen: KrakenKeySeen | null, account: string | null): void {
  if (seen === null || seen.account === null || account === null || seen.account === account) return;
  const message =
    "the API key is of another Kraken account than this connection's fills, such as a subaccount: make a new connection";
  throw new ImportError("ACCOUNT_MISMATCH", message);
}

function keyDiagnostics(info: KeyInfo, now: number): PageDiagnostic[] {
  const found: PageDiagnostic[] = [];
  const { queryFrom, queryTo, validUntil } = info;
  if (queryFrom !== null || queryTo !== null) {
    const from = queryFrom === null ? "the beginning" : instantFromUnixSeconds(queryFrom);
    const to = queryTo === null ? "now" : instantFromUnixSeconds(queryTo);
    // Kraken leaves other rows out without a word.
    const message = `the API key reads history from ${from} to ${to} only: fills outside of it are missing`;
    found.push({ kind: "coverage_gap", key: "key-range", message });
  }
  const leftSeconds = validUntil === null ? Number.POSITIVE_INFINITY : Number(validUntil) - now;
  if (validUntil !== null && leftSeconds <= EXPIRY_NOTICE_SECONDS) {
    const days = Math.max(0, Math.floor(leftSeconds / DAY_SECONDS));
    const message = `the API key ends at ${instantFromUnixSeconds(validUntil)}, in ${days} day(s): replace it before, or imports stop`;
    found.push({ kind: "warning", key: `key-expires:${validUntil}`, message });
  }
  return found;
}

/** Cursors are not sealed. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
