import { openDoubts } from "./kraken-coverage.ts";
import type { KrakenCursor } from "./kraken-cursor.ts";
import { nowSeconds } from "./kraken-history.ts";
import { keyId } from "./kraken-key-id.ts";
import type { KrakenPull, KrakenRun } from "./kraken-run.ts";

/** Where the run stands. */
export function cursorOf(run: KrakenRun): KrakenCursor {
  const { request, trades, ledgers, unread, unreadReported, awaiting, exporting, requests, key, unclaimed } = run;
  const { plan, reread } = run;
  const { waiting } = run.answers;
  const doubts = openDoubts(run);
  const { consolidateTaker } = request.connection.settings;
  const deniedAt = ledgerDeniedAt(run);
  return {
    ...{ version: 1, consolidateTaker, head: trades.head, windows: trades.windows },
    ledger: { head: ledgers.head, windows: ledgers.windows },
    ...(unread.length === 0 ? {} : { unread }),
    ...(unread.length > 0 && unreadReported ? { unreadReported } : {}),
    ...(awaiting === null ? {} : { awaiting }),
    reread,
    ...(requests.length > 0 && isAnythingLeft(run) ? { requests } : {}),
    ...(exporting === null ? {} : { exporting }),
    ...(plan === null ? {} : { plan }),
    ...(key === null ? {} : { key }),
    ...(unclaimed.length === 0 ? {} : { unclaimed }),
    ...(doubts.length === 0 ? {} : { doubts }),
    ...(deniedAt === null ? {} : { ledgerDeniedAt: deniedAt }),
    ...(waiting.length === 0 ? {} : { answers: waiting }),
  };
}

/** What the ledger refuses, or fails at, is not left of a request: it is read whenever it can be. */
function isAnythingLeft({ trades, exporting, ledger, ledgers, unread, request }: KrakenRun): boolean {
  if (trades.windows.length > 0 || exporting !== null) return true;
  if (ledger.denied || ledger.failure !== null) return false;
  return unread.length > 0 || (request.connection.settings.instant && ledgers.windows.length > 0);
}

/** An earlier refusal stands until the ledger was read. */
function ledgerDeniedAt({ ledger, request }: KrakenRun): number | null {
  const before = request.cursor?.ledgerDeniedAt ?? null;
  if (ledger.denied) return before !== null && deniedLately(request) ? before : nowSeconds(request);
  return ledger.readable ? null : before;
}

/** How long a key is believed not to read the ledger, unless a person asks. */
const DENIED_SECONDS = 6 * 3_600;

/** What one key was refused says nothing of another. */
export function deniedLately(request: KrakenPull): boolean {
  const { cursor, mode, credentials } = request;
  if (cursor?.ledgerDeniedAt === undefined || mode !== "scheduled") return false;
  const isOtherKey = cursor.key !== undefined && cursor.key.id !== keyId(credentials.apiKey);
  return !isOtherKey && nowSeconds(request) - cursor.ledgerDeniedAt < DENIED_SECONDS;
}
