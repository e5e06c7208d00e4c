import { kraken } from "@fillbook/connector-kraken";
import { createFillbook } from "@fillbook/core";
import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { aWorld } from "./support/kraken-world.ts";
import { manyTrades } from "./support/made-trades.ts";

test("consolidateTaker is fixed by the first import, and the change is refused, not the next run", async () => {
  await using world = await aWorld({ trades: manyTrades(3) });
  const { store, connectionId, clock } = world;
  const user = createFillbook({ store, connectors: [kraken()], clock }).forUser("owner");
  const change = (consolidateTaker: boolean) => user.updateConnection(connectionId, { settings: { consolidateTaker } });
  expect((await change(false)).settings).toMatchObject({ consolidateTaker: false });
  await change(true);
  await world.run();
  const before = await user.connection(connectionId);
  await expect(change(false)).rejects.toMatchObject({
    ...{ code: "OPTION_INVALID", message: expect.stringContaining("were imported with true") },
  });
  expect(await user.connection(connectionId)).toEqual(before);
  expect((await user.updateConnection(connectionId, { settings: { tier: "pro" } })).settings).toMatchObject({
    ...{ tier: "pro", consolidateTaker: true },
  });
  expect(ranReport(await world.run()).error).toBeNull();
});
