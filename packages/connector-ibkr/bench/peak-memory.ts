import { createReadStream } from "node:fs";
import { createFillbook } from "@fillbook/core";
import { postgresStore } from "../../store-postgres/src/index.ts";
import { ibkrFlex } from "../src/index.ts";
import { normalizeStatement } from "./read-statement.ts";

// node peak-memory.ts [path [url schema]]: reads a statement, or imports it into a database, and writes how many rows it
// had and the largest resident memory of this process. Without a path it only loads what it would need.

const [path, url, schema = ""] = process.argv.slice(2);
const rows = path === undefined ? 0 : await (url === undefined ? normalizeStatement(path) : importStatement(path, url));
// Counted in kibibytes.
process.stdout.write(JSON.stringify({ rows, peakMegabytes: (process.resourceUsage().maxRSS * 1024) / 1e6 }));

async function importStatement(file: string, connectionString: string): Promise<number> {
  const store = postgresStore({ url: connectionString }, { schema });
  await store.migrate();
  const accountRef = "U1234567";
  // A file needs no token: nothing is asked of the broker.
  const check = async () => ({ accountRef, accounts: [accountRef], permissions: [], historyFrom: null, warnings: [] });
  const connectors = [{ ...ibkrFlex(), check }] as const;
  const book = createFillbook({ store, connectors, credentials: async () => ({ token: "none" }) });
  const user = book.forUser("owner");
  const { id } = await user.connect({ connector: "ibkr-flex", settings: { queryId: "1" } });
  const report = await user.importFile(id, createReadStream(file));
  if (report.status !== "succeeded") throw new Error(JSON.stringify(report));
  await book.close();
  await store.close();
  return report.stats.fetched;
}
