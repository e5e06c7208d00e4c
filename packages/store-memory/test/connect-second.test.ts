import { createFillbook } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { memoryStore } from "@fillbook/store-memory";
import { scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";

/** A broker of which each token is the name of the account that it opens; two interfaces read it. */
function aBook() {
  let token = "A1";
  const interfaceOf = <Id extends string>(id: Id): AnyConnector => ({
    ...scripted({ pages: [], id }),
    async check({ credentials }) {
      const { token: accountRef } = credentials;
      return { accountRef, accounts: [accountRef], permissions: [], historyFrom: null, warnings: [] };
    },
    async *readFile() {},
  });
  const connectors = [interfaceOf("live"), interfaceOf("statements")];
  const book = createFillbook({ store: memoryStore(), connectors, credentials: async () => ({ token }) });
  return {
    user: book.forUser("ann"),
    stranger: book.forUser("bob"),
    open(account: string) {
      token = account;
    },
  };
}

test("a second connection of one account through one connector is refused and names the first", async () => {
  const { user } = aBook();
  const { id } = await user.connect({ connector: "live" });
  const refused = { code: "ACCOUNT_CONNECTED", connectionId: id };
  await expect(user.connect({ connector: "live" })).rejects.toMatchObject(refused);
  const files = user.connect({ connector: "live", offline: true, accountRef: "A1" });
  await expect(files).rejects.toMatchObject(refused);
  expect((await user.connections()).items).toHaveLength(1);
});

test("another interface, account or owner is no second one, and allowSecond makes one", async () => {
  const { user, stranger, open } = aBook();
  await user.connect({ connector: "live" });
  await user.connect({ connector: "statements" });
  await user.connect({ connector: "live", allowSecond: true });
  await stranger.connect({ connector: "live" });
  open("A2");
  await user.connect({ connector: "live" });
  expect((await user.connections()).items).toHaveLength(4);
});

test("what is disconnected leaves its place, and comes back only where that is free", async () => {
  const { user } = aBook();
  const first = await user.connect({ connector: "live" });
  await user.disconnect(first.id);
  const second = await user.connect({ connector: "live" });
  await expect(user.reconnect(first.id)).rejects.toMatchObject({ code: "ACCOUNT_CONNECTED", connectionId: second.id });
  expect(await user.connection(first.id)).toMatchObject({ status: "disconnected" });
  await user.disconnect(second.id);
  expect(await user.reconnect(first.id)).toMatchObject({ status: "active" });
  await expect(user.connect({ connector: "live" })).rejects.toMatchObject({ connectionId: first.id });
});

test("of many that are made at once one is", async () => {
  const { user } = aBook();
  const made = await Promise.allSettled(Array.from({ length: 10 }, () => user.connect({ connector: "live" })));
  expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});
