import type { Connection, ErrorReport, IngestReport, Job, RunStats } from "@fillbook/core";
import { countText } from "./format.ts";
import type { Tone } from "./ui.tsx";

/** How a connection does, in two words. Pure. */
export function healthOf(connection: Connection, isRunning: boolean): { readonly tone: Tone; readonly text: string } {
  if (connection.status === "disconnected") return { tone: "plain", text: "Disconnected" };
  if (isRunning) return { tone: "busy", text: "Running" };
  const { error } = connection.openProblems;
  if (isForFiles(connection) && error === 0) return { tone: "plain", text: "Files only" };
  if (connection.status === "pending") return { tone: "warn", text: "Not verified yet" };
  if (connection.status === "needs_reauth") return { tone: "bad", text: "Needs new login" };
  if (connection.status === "error") return { tone: "bad", text: "Needs settings" };
  if (connection.health === "maintenance_window") return { tone: "warn", text: "Maintenance" };
  if (connection.breaker === "open") return { tone: "bad", text: "Paused" };
  if (connection.health === "degraded") return { tone: "warn", text: "Degraded" };
  if (error > 0) return { tone: "bad", text: countText(error, "problem") };
  if (connection.lastSucceededAt === null) return { tone: "plain", text: "Not synced yet" };
  return { tone: "good", text: "Healthy" };
}

/** It has no credentials: it takes what its owner downloads. */
export function isForFiles({ schedule }: Connection): boolean {
  return schedule === "files";
}

/** What "Sync all" runs. */
export function isRunnable({ status, schedule }: Connection): boolean {
  return schedule === "interval" && (status === "active" || status === "pending");
}

const wording: Readonly<Record<Job["status"], { readonly tone: Tone; readonly text: string }>> = {
  running: { tone: "busy", text: "Running" },
  succeeded: { tone: "good", text: "Succeeded" },
  partial: { tone: "warn", text: "Partial" },
  failed: { tone: "bad", text: "Failed" },
  blocked_reauth: { tone: "bad", text: "Blocked: log in" },
};

export function jobState(status: Job["status"]): { readonly tone: Tone; readonly text: string } {
  return wording[status];
}

/** What a run brought, in the order of what people ask first. */
export function statsText(stats: RunStats): string {
  const parts = [
    stats.inserted > 0 ? `${stats.inserted} new` : "",
    stats.updated > 0 ? `${stats.updated} updated` : "",
    stats.corrected > 0 ? `${stats.corrected} corrected` : "",
    stats.canceled > 0 ? `${stats.canceled} canceled` : "",
    stats.conflicts > 0 ? countText(stats.conflicts, "conflict") : "",
    stats.rejected > 0 ? `${stats.rejected} unreadable` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "nothing new" : parts.join(", ");
}

const next: Readonly<Record<ErrorReport["recovery"], string>> = {
  retry: "It is tried again by itself.",
  wait: "Nothing to do: it goes on when the broker allows it.",
  reauthenticate: "Log in at the broker again, then reconnect here.",
  "fix-config": "Check the settings of this connection.",
  "upload-again": "Upload the file again, or a whole one.",
  "report-bug": "Tell whoever runs this server: the code needs mending.",
};

/** What went wrong and what to do next. */
export function errorText(error: Pick<ErrorReport, "message" | "recovery">): string {
  return `${error.message.replace(/\.$/, "")}. ${next[error.recovery]}`;
}

/** What came of a run that somebody asked for. */
export function reportText(report: IngestReport): { readonly isGood: boolean; readonly text: string } {
  if (report.status === "skipped") return { isGood: true, text: "A run is going on already; this one joined it." };
  if (report.error === null) return { isGood: true, text: `Done: ${statsText(report.stats)}.` };
  return { isGood: false, text: errorText(report.error) };
}
