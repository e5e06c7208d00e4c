import { createFillbook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { aCancel, anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";

test("smoke", async () => {
  const clock = fakeClock();
  const connector = scripted({
    pages: [
      { records: [{ kind: "execution", execution: anExecution({ familyId: "E1" }) }, { kind: "execution", execution: anExecution({ familyId: "E2", price: "101" }) }] },
      { records: [{ kind: "execution", execution: anExecution({ familyId: "E1", revision: 2, price: "102", aliases: ["transaction:5"], sequence: "5" }) }] },
      { records: [{ kind: "cancel", cancel: aCancel({ aliases: ["transaction:5"], sequence: "9" }) }, { kind: "broken" }] },
    ],
  });
  const book = createFillbook({ store: memoryStore({ clock }), connectors: [connector], credentials: async () => ({ token: "x" }), clock });
  const user = book.forUser("u1");
  const connection = await user.connect({ connector: "scripted" });
  console.log(await book.ingest({ connectionId: connection.id, mode: "manual" }));
  console.log(await book.ingest({ connectionId: connection.id, mode: "manual" }));
  console.log(await user.trades());
  console.log(await user.problems());
  console.log((await user.executions()).items.map((e) => [e.familyKey, e.revision, e.canonical, e.voided]));
  expect(1).toBe(1);
});
