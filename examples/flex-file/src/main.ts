import { createReadStream } from "node:fs";
import { ibkrFlex } from "@fillbook/connector-ibkr";
import { createFillbook } from "@fillbook/core";
import { embeddedStore } from "@fillbook/store-postgres/embedded";
import { accountOf } from "./account-of.ts";
import { simulatedStatement } from "./simulated-statement.ts";

// node examples/flex-file/src/main.ts [statement.xml]: imports a Flex statement and prints the trades.
const path = process.argv[2] ?? (await simulatedStatement());
const accountRef = await accountOf(path);

const store = embeddedStore({ dataDir: ".fillbook/flex-file" });
await store.migrate();
// A file needs no token, so the book needs no vault.
const book = createFillbook({ store, connectors: [ibkrFlex()] });

const user = book.forUser("me");
const known = (await user.connections()).items.find((connection) => connection.accountRef === accountRef);
const connection = known ?? (await user.connect({ connector: "ibkr-flex", offline: true, accountRef }));
const report = await user.importFile(connection.id, createReadStream(path));
if (report.status === "skipped") throw new Error(`job ${report.runningJobId} is running`);
const { inserted, duplicates, rejected } = report.stats;
console.log(`${report.status}: ${inserted} new fills, ${duplicates} known, ${rejected} not readable`);
if (report.error !== null) console.log(`${report.error.code}: ${report.error.message}`);

const { items } = await user.trades({ limit: 20 });
for (const { instrument, side, quantity, averagePrice } of items) {
  console.log(`${side} ${quantity} ${instrument.symbol} at ${averagePrice ?? "?"}`);
}
await book.close();
await store.close();
