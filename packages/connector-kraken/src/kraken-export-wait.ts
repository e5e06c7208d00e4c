import { wait } from "@fillbook/connector-kit";
import type { Instant } from "@fillbook/core";
import { type ExportMade, exportJobs, type KrakenExport } from "./kraken-export.ts";
import { nowSeconds } from "./kraken-history.ts";
import type { KrakenRun } from "./kraken-run.ts";

/** In the order in which they are asked for. */
export const exportReports = ["ledgers", "trades"] as const;

/** Twice as long each time: a report is there for half as long as it was made, at most, before it is seen. */
const POLL_SECONDS = [5, 10, 20, 40, 80, 160];
/** A job that is not done by then never will be; some took "more than an hour" (Waltio's help, read 2026-08). */
const JOB_LIFE_SECONDS = 24 * 3_600;

/** Asks for one report until it is there, then for the other, a while at most. */
export async function whenMade(run: KrakenRun, exporting: KrakenExport): Promise<ExportMade | "pending" | "lost"> {
  const { client, policy, request } = run;
  const startedAt = nowSeconds(request);
  const moments: (Instant | null)[] = [];
  const waiting = exportReports.filter((report) => (exporting[report]?.id ?? null) !== null);
  for (let polls = 0; ; ) {
    const [report] = waiting;
    // A record may be of both reports: it is as old as the older one.
    if (report === undefined) return { at: moments.includes(null) ? null : (moments.sort()[0] ?? null) };
    const job = (await exportJobs(client, report)).find(({ id }) => id === exporting[report]?.id);
    if (job === undefined || !["Queued", "Processing", "Processed"].includes(job.status)) return "lost";
    if (job.status === "Processed") {
      waiting.shift();
      moments.push(job.completedAt);
      continue;
    }
    if (nowSeconds(request) - exporting.askedAt > JOB_LIFE_SECONDS) return "lost";
    if ((nowSeconds(request) - startedAt) * 1000 >= policy.exportWaitMs) return "pending";
    await wait(request.clock, 1000 * (POLL_SECONDS[Math.min(polls, POLL_SECONDS.length - 1)] ?? 0), request.signal);
    polls += 1;
  }
}
