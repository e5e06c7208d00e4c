import {
  type ClosedWindow,
  type ClosedWindowCursor,
  emptyWindowCursor,
  type HeadOptions,
  openHead,
  openRequested,
} from "@fillbook/connector-kit";
import { type Clock, type Instant, unixMsOf } from "@fillbook/core";
import { type KrakenCursor, type KrakenPlan, type KrakenRequested, requestsMax } from "./kraken-cursor.ts";
import { type KrakenExport, newExport } from "./kraken-export.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import type { KrakenPull } from "./kraken-run.ts";
import type { KrakenSettings } from "./kraken-settings.ts";

/** What a run is to read. */
export interface KrakenHistory {
  readonly trades: ClosedWindowCursor;
  readonly exporting: KrakenExport | null;
  readonly plan: KrakenPlan | null;
  readonly requests: readonly KrakenRequested[];
}

/**
 * Opens what is new, and what somebody asks for: a backfill and a history that was never read by an export where the connection reads
 * exports, all else by windows. A request that is being read already goes on where it stands, so that a host may repeat it until it is done.
 */
export function openHistory(policy: ReadPolicy, request: KrakenPull): KrakenHistory {
  const { cursor } = request;
  const head = headOptions(policy, request, headEverySeconds(policy, request));
  // A page that a cut run has begun comes first.
  const opened = cursor?.answers === undefined ? openNew(cursor, head) : cursor;
  const plan = planOf(request, opened);
  const open = { trades: opened, exporting: cursor?.exporting ?? null, plan, requests: cursor?.requests ?? [] };
  const asked = requestedSpan(request);
  if (asked === null || open.requests.some(({ from, to }) => from === asked.from && to === asked.to)) return open;
  const span = { from: asked.from, to: Math.min(head.safeNow, asked.to ?? head.safeNow) };
  if (span.from >= span.to) return open;
  const requests = [...open.requests, asked].slice(-requestsMax);
  if (plan !== null && readsExport(request)) return { ...open, requests, plan: { ...span, isAsked: true } };
  const { exporting } = open;
  if (exporting !== null && exporting.from <= span.from && exporting.to >= (asked.to ?? exporting.to)) {
    return { ...open, requests };
  }
  if (exporting === null && readsExport(request)) {
    // What an export covers needs no window; new fills do not wait for it.
    const trades = withoutInner(cursor, openHead(cursor ?? emptyWindowCursor, head), span);
    return { ...open, trades, exporting: exportOf(request, span, nowSeconds(request)), requests };
  }
  return { ...open, trades: openRequested(withoutInner(cursor, opened, span), span), requests };
}

/** A history that was never read is exported, whatever the run is for: all that its first page leaves. */
function planOf({ cursor, connection }: KrakenPull, { windows }: ClosedWindowCursor): KrakenPlan | null {
  if (cursor !== null) return cursor.plan ?? null;
  const [window] = windows;
  if (window === undefined || !mayReadExport(connection.settings)) return null;
  return { from: window.from, to: window.to, isAsked: false };
}

/** Exports name fills in Kraken's own mode only. */
function mayReadExport({ exports, consolidateTaker }: KrakenSettings): boolean {
  return exports && consolidateTaker;
}

function readsExport({ mode, connection }: KrakenPull): boolean {
  return mode === "backfill" && mayReadExport(connection.settings);
}

/** An export of the span that nobody has asked Kraken for yet. */
export function exportOf(request: KrakenPull, span: Span, askedAt: number): KrakenExport {
  const { id, settings } = request.connection;
  const ledgers = settings.ledgerFees || settings.instant;
  return newExport(span, { connectionId: id, askedAt, ledgers });
}

type Span = { readonly from: number; readonly to: number };

/** The span that somebody asks for, a backfill for all of history; null for a run that reads what is new. */
export function requestedSpan({ mode, window, connection }: KrakenPull): KrakenRequested | null {
  if (mode !== "backfill" && window.from === undefined && window.to === undefined) return null;
  const from = exclusiveStart(window.from ?? connection.settings.historyFrom);
  return { from, to: window.to === undefined ? null : Math.ceil(unixMsOf(window.to) / 1000) };
}

/** A person who asks wants what is new. */
export function headEverySeconds(policy: ReadPolicy, { mode }: KrakenPull): number {
  return mode === "manual" ? 0 : policy.headEverySeconds;
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

/** Without the windows that a longer span reads anyway, but for the one of what is new. */
function withoutInner(cursor: KrakenCursor | null, opened: ClosedWindowCursor, span: Span): ClosedWindowCursor {
  const isNew = (window: ClosedWindow) => window.to === opened.head && opened.head !== (cursor?.head ?? null);
  const windows = opened.windows.filter((one) => isNew(one) || one.from < span.from || one.to > span.to);
  return { head: opened.head, windows };
}

function openNew(cursor: KrakenCursor | null, head: HeadOptions): ClosedWindowCursor {
  return isHistoryLeft(cursor, head) ? cursor : openHead(cursor ?? emptyWindowCursor, head);
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
