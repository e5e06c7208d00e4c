import type { IngestOptions } from "@fillbook/core";
import { expect } from "vitest";
import type { TwsWorld } from "./ibkr-tws-world.ts";
import type { WebWorld } from "./ibkr-web-world.ts";

/** A live list yields what an undo took away when somebody asks for it, in runs of one page, and no later run brings it. */
export async function expectRereadAfterUndo(
  world: WebWorld | TwsWorld,
  {
    asked,
    fills,
    betweenMs,
  }: { readonly asked: Partial<IngestOptions>; readonly fills: number; readonly betweenMs: number },
): Promise<void> {
  const { jobId } = await world.run();
  await world.book.forUser("owner").undoImport(jobId);
  expect(await world.canonical()).toHaveLength(0);
  world.clock.advance(900_000);
  expect((await world.run()).stats).toMatchObject({ fetched: 0 });
  let [runs, fetched] = [0, 0];
  for (let more = true; more; runs += 1) {
    if (runs > fills) throw new Error("the runs do not come to an end");
    world.clock.advance(betweenMs);
    const report = await world.run({ ...asked, budget: { pages: 1 } });
    fetched += report.stats.fetched;
    more = report.more && report.stats.fetched > 0;
  }
  expect(fetched).toBe(fills);
  expect(await world.canonical()).toHaveLength(fills);
  world.clock.advance(betweenMs);
  expect((await world.run()).stats).toMatchObject({ fetched: 0 });
  expect((await world.run(asked)).stats).toMatchObject({ fetched: fills, duplicates: fills });
}
