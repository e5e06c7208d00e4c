import { instantFromUnixMs } from "@fillbook/core";
import type { HistorySpan, PageCoverage, PageDiagnostic } from "@fillbook/core/connector";
import { wallMsAt } from "./flex-zone.ts";
import { isCommissionSet } from "./tws-amount.ts";
import type { TwsCursor } from "./tws-cursor.ts";
import type { TwsRecord } from "./tws-record.ts";
import type { TwsSettings } from "./tws-settings.ts";
import { connectionZone, dayStartMs, readTwsTime } from "./tws-time.ts";

/** What a run knows when it has read a list. */
export interface TwsReading {
  readonly settings: TwsSettings;
  readonly nowMs: number;
  /** Of the handshake. */
  readonly connectionTime: string;
  readonly records: readonly TwsRecord[];
}

/** New York's day, where neither the settings nor the handshake say whose day it is. */
const ZONE_DEFAULT = "America/New_York";

/** When the first day begins that TWS shows, and the day that it is now, on the clock of TWS. */
export function twsReach({ settings, nowMs, connectionTime }: Omit<TwsReading, "records">) {
  const timeZone = settings.timeZone ?? connectionZone(connectionTime) ?? ZONE_DEFAULT;
  const day = new Date(wallMsAt(nowMs, timeZone) ?? nowMs).toISOString().slice(0, 10).replaceAll("-", "");
  return { fromMs: dayStartMs(nowMs, { timeZone, daysAgo: settings.lookBackDays - 1 }), day };
}

/** How late a fill may stand in the list: what is newer is claimed by the next run. */
const SHOWN_MS = 60_000;

/**
 * What a whole list covers, and the hours that no list shows any more: TWS begins anew at its midnight, and what was filled
 * between the last list and then is in statements only. An execution from before the last list proves that this one goes
 * back as far.
 */
export function twsCoverage({ readAtMs }: TwsCursor, reading: TwsReading): PageCoverage {
  const { fromMs } = twsReach(reading);
  const covers = (sinceMs: number) => ({ ...span(sinceMs, reading.nowMs - SHOWN_MS), evidence: "executions of TWS" });
  if (readAtMs === null || readAtMs >= fromMs) return { covered: [covers(fromMs)] };
  const lostMs = readAtMs - SHOWN_MS;
  if (isProven(lostMs, reading)) return { covered: [covers(lostMs)] };
  return {
    covered: [covers(fromMs)],
    missing: [{ ...span(lostMs, fromMs), reason: gapReason(reading), lasting: true }],
  };
}

function isProven(knownMs: number, { settings, records }: TwsReading): boolean {
  return records.some(({ execution }) => {
    const time = readTwsTime(execution.time ?? "", settings.timeZone ?? null);
    return "atMs" in time && time.atMs <= knownMs;
  });
}

function gapReason({ settings }: TwsReading): string {
  return `TWS shows ${settings.lookBackDays} day(s), and nobody asked in time; a Flex statement has it, and a run shortly before TWS's midnight makes the gap small`;
}

function span(fromMs: number, toMs: number): HistorySpan {
  return { from: instantFromUnixMs(fromMs), to: instantFromUnixMs(toMs) };
}

/** A list that lost today's executions, as after a restart of TWS, is not one to rely on. */
export function isTwsVanished({ days }: TwsCursor, reading: TwsReading): boolean {
  const { day } = twsReach(reading);
  return reading.records.length === 0 && days.some((known) => known.day === day && known.rows > 0);
}

/** Commissions of other programs' orders that TWS keeps to itself. */
export function twsUnpriced({ settings, records, nowMs }: TwsReading): PageDiagnostic | null {
  const unpriced = records.filter(({ contract, execution, commission }) => {
    if (contract.secType === "BAG" || execution.clientId === String(settings.clientId)) return false;
    const time = readTwsTime(execution.time ?? "", settings.timeZone ?? null);
    const isOld = "atMs" in time && nowMs - time.atMs > LATE_MS;
    const { commission: amount = "", currency = "" } = commission ?? {};
    return isOld && !isCommissionSet({ amount, currency });
  });
  if (unpriced.length === 0) return null;
  const message = `${unpriced.length} executions of other clients have no commission: TWS tells those only to its Master API client ID, which should be ${settings.clientId}`;
  return { kind: "warning", key: "tws-commissions", message };
}

/** A commission that is not there by then is not merely late. */
const LATE_MS = 600_000;
