import { showCorrections } from "./corrections.ts";
import { newFill } from "./new-fill.ts";
import { showProblems, showReport, showTrades } from "./show.ts";

console.log("Importing a Kraken account:");
const { book, clock, connection, newestTradeId, simulator, store, user } = await import("./quick-start.ts");
const again = { connectionId: connection.id, mode: "manual" } as const;

console.log("\nImporting it again:");
showReport(await book.ingest(again));

if (simulator !== null) {
  console.log("\nA day later the broker has one new fill, and reports another price of a stored one:");
  await clock.sleep(86_400_000);
  simulator.addTrades(newFill(clock.now()));
  simulator.changeTrade(newestTradeId, { price: "1.00000" });
  showReport(await book.ingest(again));
  const problems = await user.problems();
  showProblems(problems);
  if (!problems.items.some(({ kind }) => kind === "conflict")) throw new Error("the changed price is no conflict");
  await simulator.close();
}

console.log("\nOther brokers correct and cancel fills (a scripted broker):");
await showCorrections();

const waiting = (await user.inbox({ limit: 3 })).items;
console.log("\nNewest trades in the inbox, waiting for review:");
showTrades({ items: waiting, next: null });
await book.close();
await store.close();
console.log("\nAll of it is in the folder .fillbook/quick-start: run this again and see what was there.");
