import type { FillbookEvent, IngestReport, Problem, Slice, Trade } from "@fillbook/core";

/** One line that grows with a run; pages a screen of their own where output is not a terminal. */
export function showProgress(event: FillbookEvent): void {
  if (event.type !== "run.progress") return;
  const { pages, fetched, inserted } = event.stats;
  const line = `  page ${pages}: ${fetched} fills read, ${inserted} new`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
  else if (pages % 10 === 0) console.log(line);
}

/** What a run came to. */
export function showReport(report: IngestReport): void {
  if (process.stdout.isTTY) process.stdout.write("\r\u001b[K");
  if (report.status === "skipped") {
    console.log(`skipped: job ${report.runningJobId} is running`);
    return;
  }
  const { fetched, inserted, duplicates, corrected, canceled, conflicts, rejected, tradesTouched } = report.stats;
  console.log(`job ${report.jobId}: ${report.status}`);
  console.log(`  ${fetched} fetched = ${inserted} inserted + ${duplicates} duplicates + ${corrected} corrected`);
  console.log(
    `  + ${canceled} canceled + ${conflicts} conflicts + ${rejected} rejected; ${tradesTouched} trades touched`,
  );
  if (report.error !== null) console.log(`  ${report.error.code} (${report.error.recovery}): ${report.error.message}`);
}

/** A few trades, newest first. */
export function showTrades({ items, next }: Slice<Trade>): void {
  for (const trade of items) {
    const { side, quantity, averagePrice, executionCount, lastExecutedAt } = trade;
    const fees = trade.fees.map((fee) => `${fee.amount} ${fee.currency}${fee.estimated ? " (estimated)" : ""}`);
    const price = averagePrice === null ? "canceled" : `at ${averagePrice}`;
    const fills = `${executionCount} ${executionCount === 1 ? "fill" : "fills"}`;
    const when = lastExecutedAt.slice(0, 19).replace("T", " ");
    console.log(
      `  ${when}  ${side.padEnd(4)} ${quantity} ${trade.instrument.symbol} ${price}, ${fills}, fees ${fees.join(" + ") || "none"}`,
    );
  }
  if (next !== null) console.log("  …");
}

/** What a person should know. */
export function showProblems({ items }: Slice<Problem>): void {
  for (const problem of items) console.log(`  problem ${problem.kind}: ${problem.message}`);
}
