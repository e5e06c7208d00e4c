import { createFillbook, type RunReport, type UserBook } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { type FakeClock, fakeClock } from "../fake-clock.ts";
import { type ScriptedRecord, scripted } from "../scripted.ts";
import { aConnection, playPages } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

/** A store with one connection of `owner`, and the owner's book. */
export interface ToldBook {
  readonly store: BookStore;
  readonly connectionId: string;
  readonly user: UserBook;
  readonly clock: FakeClock;
  /** One import of these records, a second after the one before. */
  readonly tell: (...records: readonly ScriptedRecord[]) => Promise<RunReport>;
}

export async function toldBook(makeStore: StoreSuiteOptions["makeStore"]): Promise<ToldBook> {
  const store = await makeStore();
  const connectionId = await aConnection(store);
  const clock = fakeClock();
  return {
    ...{ store, connectionId, user: userOf(store, "owner"), clock },
    async tell(...records) {
      await clock.sleep(1000);
      return playPages(store, connectionId, [{ records }], { clock });
    },
  };
}

/** The book of a person on this store. */
export function userOf(
  store: BookStore,
  userId: string,
  { clock = fakeClock(), actor = userId }: { readonly clock?: FakeClock; readonly actor?: string } = {},
): UserBook {
  const credentials = async () => ({ token: "t" });
  return createFillbook({ store, connectors: [scripted({ pages: [] })], credentials, clock }).forUser(userId, {
    actor,
  });
}
