import { ImportError, instantFromUnixSeconds, isImportError } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import type { KrakenKeySeen } from "./kraken-cursor.ts";
import { nowSeconds } from "./kraken-history.ts";
import { keyId } from "./kraken-key-id.ts";
import { type KeyInfo, readKeyInfo } from "./kraken-key-info.ts";
import { type KrakenPage, type KrakenRun, pageOf } from "./kraken-run.ts";

const DAY_SECONDS = 86_400;
/** How long before its end a key is spoken of. */
const EXPIRY_NOTICE_SECONDS = 14 * DAY_SECONDS;
/** Errors that say nothing of the key: it is looked at again in the next run. */
const UNSAID: ReadonlySet<string> = new Set("BROKER_ERROR BROKER_UNAVAILABLE NETWORK PROTOCOL TIMEOUT".split(" "));

/** True when the key is another one than before: it may be of another account, so it is looked at before anything is read. */
function isOtherKey(run: KrakenRun): boolean {
  return run.key !== null && run.key.id !== keyId(run.request.credentials.apiKey);
}

/** Seconds since the key was looked at; of a clock that was put back none is known. */
function secondsUnseen({ key, request }: KrakenRun): number {
  const passed = key === null ? Number.POSITIVE_INFINITY : nowSeconds(request) - key.checkedAt;
  return passed < 0 ? Number.POSITIVE_INFINITY : passed;
}

/** How long a look may wait for a run of more than one page: a host's budget may allow no more. */
const PATIENCE_SECONDS = 3_600;

/**
 * Pages with a look at the key behind the first: once a day, at what it may read and how long it lives. What is new does
 * not wait for it, unless earlier runs had no time for it.
 *
 * @throws ImportError `ACCOUNT_MISMATCH` for a key of another account.
 */
export async function* withKeyWatch(
  run: KrakenRun,
  pages: AsyncGenerator<KrakenPage, void>,
): AsyncGenerator<KrakenPage, void> {
  const isLate = run.request.cursor !== null && secondsUnseen(run) >= DAY_SECONDS + PATIENCE_SECONDS;
  if (isOtherKey(run) || isLate) {
    const news = await watchKey(run);
    // Stored at once: a run that is cut behind it must not make the next one look again.
    yield withNews(pageOf(run, { records: [] }), news);
  }
  let told: KeyNews | null = null;
  for await (const page of pages) {
    yield told === null ? page : withNews(page, told);
    const isDue = secondsUnseen(run) >= DAY_SECONDS && !run.request.signal.aborted;
    told = isDue ? await watchKey(run) : null;
  }
  if (told !== null) yield withNews(pageOf(run, { records: [] }), told);
}

/** What a look at the key opens and closes. */
type KeyNews = Required<Pick<KrakenPage, "diagnostics" | "resolved">>;

function withNews(page: KrakenPage, { diagnostics, resolved }: KeyNews): KrakenPage {
  return {
    ...page,
    diagnostics: [...diagnostics, ...(page.diagnostics ?? [])],
    resolved: [...resolved, ...(page.resolved ?? [])],
  };
}

async function watchKey(run: KrakenRun): Promise<KeyNews> {
  const now = nowSeconds(run.request);
  const info = await infoOf(run);
  if (info === "unsaid") return { diagnostics: [], resolved: [] };
  const account = info?.iban ? keyId(info.iban) : (run.key?.account ?? null);
  refuseOtherAccount(run.key, account);
  const id = keyId(run.request.credentials.apiKey);
  const endedAt = run.key?.endsAt;
  if (info === null) {
    // What was known of this key still holds; of another one nothing is.
    const known = run.key?.id === id ? run.key : null;
    run.key = known === null ? { id, account, checkedAt: now, isUnknown: true } : { ...known, checkedAt: now };
    return { diagnostics: [], resolved: known === null && endedAt !== undefined ? [keyEnds(endedAt)] : [] };
  }
  run.key = { id, account, checkedAt: now, ...limitsOf(info, now), ...rightsOf(info) };
  const diagnostics = keyDiagnostics(info, now);
  const before = endedAt === undefined ? [keyRange] : [keyRange, keyEnds(endedAt)];
  const isOver = ({ key }: { key: string }) => !diagnostics.some((one) => one.key === key);
  return { diagnostics, resolved: before.filter(isOver) };
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

/** A list without the right to trades uses other words than those that are known. */
function rightsOf({ permissions }: KeyInfo): Pick<KrakenKeySeen, "isNoExport"> {
  const isKnown = permissions.includes("query-closed-trades");
  return isKnown && !permissions.includes("export-data") ? { isNoExport: true } : {};
}

function limitsOf(
  { queryFrom, queryTo, validUntil }: KeyInfo,
  now: number,
): Pick<KrakenKeySeen, "from" | "to" | "endsAt"> {
  return {
    ...(queryFrom === null ? {} : { from: Number(queryFrom) }),
    ...(queryTo === null ? {} : { to: Number(queryTo) }),
    ...(isEnding(validUntil, now) ? { endsAt: Number(validUntil) } : {}),
  };
}

function isEnding(validUntil: string | null, now: number): validUntil is string {
  return validUntil !== null && Number(validUntil) - now <= EXPIRY_NOTICE_SECONDS;
}

const keyRange = { kind: "coverage_gap", key: "key-range" } as const;

function keyEnds(validUntil: string | number) {
  return { kind: "warning", key: `key-expires:${validUntil}` } as const;
}

function keyDiagnostics(info: KeyInfo, now: number): PageDiagnostic[] {
  const found: PageDiagnostic[] = [];
  const { queryFrom, queryTo, validUntil } = info;
  if (queryFrom !== null || queryTo !== null) {
    const from = queryFrom === null ? "the beginning" : instantFromUnixSeconds(queryFrom);
    const to = queryTo === null ? "now" : instantFromUnixSeconds(queryTo);
    // Kraken leaves other rows out without a word.
    const message = `the API key reads history from ${from} to ${to} only: fills outside of it are missing`;
    found.push({ ...keyRange, message });
  }
  if (isEnding(validUntil, now)) {
    const days = Math.max(0, Math.floor((Number(validUntil) - now) / DAY_SECONDS));
    const message = `the API key ends at ${instantFromUnixSeconds(validUntil)}, in ${days} day(s): replace it before, or imports stop`;
    found.push({ ...keyEnds(validUntil), message });
  }
  return found;
}
