import { createFillbook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { aCancel, anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { showReport, showTrades } from "./show.ts";

/**
 * What Kraken never does and other brokers do: a fill is told, corrected under the next revision, and another one is
 * canceled by a statement. Both net out.
 */
export async function showCorrections(): Promise<void> {
  const clock = fakeClock();
  const ofOrder = { order: { permanentId: "77", quantity: "15" } };
  const statement = { connector: "scripted", authority: 2 } as const;
  const connector = scripted({
    pages: [
      {
        records: [
          { kind: "execution", execution: anExecution({ familyId: "X1", revision: 1, quantity: "10", ...ofOrder }) },
          {
            kind: "execution",
            execution: anExecution({
              familyId: "X2",
              quantity: "5",
              ...ofOrder,
              aliases: ["trade:9"],
              sequence: "100",
            }),
          },
        ],
      },
      {
        records: [
          {
            kind: "execution",
            execution: anExecution({ familyId: "X1", revision: 2, quantity: "10", price: "101", ...ofOrder }),
          },
        ],
      },
      { records: [{ kind: "cancel", cancel: aCancel({ aliases: ["trade:9"], sequence: "200", source: statement }) }] },
    ],
  });
  const credentials = async () => ({ token: "none" });
  await using book = createFillbook({ store: memoryStore({ clock }), connectors: [connector], credentials, clock });
  const user = book.forUser("ada");
  const { id } = await user.connect({ connector: "scripted" });
  for (const step of ["10 and 5 bought at 100", "the 10 corrected to 101", "the 5 canceled"]) {
    const report = await book.ingest({ connectionId: id, mode: "manual", budget: { pages: 1 } });
    console.log(`- ${step}`);
    if (report.status !== "skipped" && report.error !== null) showReport(report);
    showTrades(await user.trades());
  }
}
