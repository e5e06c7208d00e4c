import { kraken } from "@fillbook/connector-kraken";
import { createFillbook, type Instant } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { expect, test } from "vitest";

const book = createFillbook({ store: memoryStore(), connectors: [kraken()] });
const files = { connector: "kraken", offline: true, accountRef: "A" } as const;

test.each<[object, string]>([
  [{ teir: "pro" }, "settings.teir is not known, did you mean tier?"],
  [{ consolidatetaker: false }, "settings.consolidatetaker is not known, did you mean consolidateTaker?"],
  [{ colour: "red" }, "settings.colour is not known"],
])("an unknown setting is named, and what it may mean: %j", async (settings, message) => {
  const connecting = book.forUser("ada").connect({ ...files, settings });
  await expect(connecting).rejects.toMatchObject({ code: "OPTION_INVALID", message: expect.stringContaining(message) });
  if (message.endsWith("known")) await expect(connecting).rejects.not.toThrow(/did you mean/);
});

test("a user that is not there is named", () => {
  // As a host in plain JavaScript calls it.
  const nobody = undefined as unknown as string;
  expect(() => book.forUser(nobody)).toThrow(/^invalid option userId: /);
});

test("a text where an instant is wanted says how one is made", async () => {
  // As a host in plain JavaScript calls it.
  const from = "2026-01-05" as Instant;
  await expect(book.forUser("ada").trades({ from })).rejects.toThrow(/from: .*instant\("2026-/);
});
