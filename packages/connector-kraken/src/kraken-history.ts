import {
  type ClosedWindow,
  type ClosedWindowCursor,
  emptyWindowCursor,
  type HeadOptions,
  openHead,
  openRequested,
} from "@fillbook/connector-kit";
import { type Clock, type Instant, unixMsOf } from "@fillbook/core";
import type { KrakenCursor } from "./kraken-cursor.ts";
import { type KrakenExport, newExport } from "./kraken-export.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import type { KrakenPull } from "./kraken-run.ts";

/** What a run is to read. */
export interface KrakenHistory {
  readonly trades: ClosedWindowCursor;
  readonly exporting: KrakenExport | null;
}

/** A backfill reads its span from an export, unless one is under way; all else is read by windows. */
export function openHistory(policy: ReadPolicy, request: KrakenPull): KrakenHistory {
  const { cursor, mode, connection } = request;
  const exporting = cursor?.exporting ?? null;
  const { exports, consolidateTaker, ledgerFees, instant } = connection.settings;
  // Exports name fills in Kraken's own mode only.
  if (mode !== "backfill" || exporting !== null || !exports || !consolidateTaker) {
    return { trades: openWindows(policy, request), exporting };
  }
  const head = headOptions(policy, request, policy.headEverySeconds);
  const span = requestedSpan(request, head);
  if (span.from >= span.to) return { trades: openWindows(policy, request), exporting };
  const ledgers = ledgerFees || instant;
  const asked = newExport(span, { connectionId: connection.id, askedAt: nowSeconds(request), ledgers });
  return { trades: besideExport(cursor, span, head), exporting: asked };
}

/** The span that somebody asked for, or all of history. */
function requestedSpan(
  { window, connection }: KrakenPull,
  { safeNow }: HeadOptions,
): { readonly from: number; readonly to: number } {
  const from = exclusiveStart(window.from ?? connection.settings.historyFrom);
  const to = window.to === undefined ? safeNow : Math.min(safeNow, Math.ceil(unixMsOf(window.to) / 1000));
  return { from, to };
}

export function headOptions(policy: ReadPolicy, request: KrakenPull, headEverySeconds: number): HeadOptions {
  return {
    safeNow: Math.max(1, nowSeconds(request) - policy.safetySeconds),
    historyStart: exclusiveStart(request.connection.settings.historyFrom),
    overlapSeconds: policy.overlapSeconds,
    headEverySeconds,
  };
}

export function nowSeconds({ clock }: { readonly clock: Clock }): number {
  return Math.max(1, Math.floor(clock.now() / 1000));
}

/** What an export covers needs no window; new fills do not wait for it, and what lies before it is read by windows. */
function besideExport(
  cursor: KrakenCursor | null,
  span: { readonly from: number; readonly to: number },
  head: HeadOptions,
): ClosedWindowCursor {
  if (cursor === null || cursor.head === null) {
    const started = { head: span.to, windows: [] };
    return openRequested(started, { from: head.historyStart, to: span.from });
  }
  const opened = openHead(cursor, head);
  const isNew = (window: ClosedWindow) => window.to === opened.head && opened.head !== cursor.head;
  const windows = opened.windows.filter((one) => isNew(one) || one.from < span.from || one.to > span.to);
  return { head: opened.head, windows };
}

function openWindows(policy: ReadPolicy, request: KrakenPull): ClosedWindowCursor {
  const { cursor, mode, window } = request;
  // A person who asks wants what is new.
  const headEverySeconds = mode === "manual" ? 0 : policy.headEverySeconds;
  const head = headOptions(policy, request, headEverySeconds);
  const opened = isHistoryLeft(cursor, head) ? cursor : openHead(cursor ?? emptyWindowCursor, head);
  if (window.from === undefined && window.to === undefined) return opened;
  return openRequested(opened, requestedSpan(request, head));
}

/** An export and what is left or unread of the ledger wait behind new fills as older windows do: not for ever. */
function isHistoryLeft(
  cursor: KrakenCursor | null,
  { safeNow, headEverySeconds }: HeadOptions,
): cursor is KrakenCursor {
  if (cursor === null || cursor.head === null) return false;
  const isUnread = cursor.unread !== undefined && cursor.ledgerDeniedAt === undefined;
  const isLeft = cursor.exporting !== undefined || isUnread || (cursor.ledger?.windows.length ?? 0) > 0;
  return isLeft && safeNow - cursor.head < headEverySeconds;
}

/** Kraken's `start` leaves its own second out (docs.kraken.com, read 2026-05-26). */
function exclusiveStart(from: Instant | undefined): number {
  return from === undefined ? 0 : Math.max(0, Math.floor(unixMsOf(from) / 1000) - 1);
}
