import { expect, test } from "vitest";
import { z } from "zod";
import * as mini from "zod/mini";
import * as bare from "zod/v4/core";
import type { AnyConnector } from "../src/connector-contract.ts";
import { checkedSettings } from "../src/open-pages.ts";
import { parseOptions } from "../src/parse-options.ts";
import { safeParse } from "../src/safe-parse.ts";

// Goal: a connector may bring schemas of any zod. Method: the same object is written with each of them, also as a schema that
// has no methods at all, and read where core reads a connector's settings.

const kinds = {
  zod: z.strictObject({ queryId: z.string().min(1) }),
  "zod/mini": mini.strictObject({ queryId: mini.string().check(mini.minLength(1)) }),
  "zod/v4/core": new bare.$ZodObject({
    type: "object",
    shape: { queryId: new bare.$ZodString({ type: "string", checks: [bare._minLength(1)] }) },
    catchall: new bare.$ZodNever({ type: "never" }),
  }),
};

test.each(Object.entries(kinds))("settings: a schema of %s is read, and names what is wrong", (_kind, settings) => {
  // Nothing else of it is asked for.
  const connector = { settings } as unknown as AnyConnector;
  expect(checkedSettings(connector, { queryId: "1" })).toEqual({ queryId: "1" });
  const refused = (given: unknown) => () => checkedSettings(connector, given);
  const named = (text: string) => ({ code: "OPTION_INVALID", message: expect.stringContaining(text) });
  expect(refused({ queryId: "" })).toThrow(expect.objectContaining(named("queryId")));
  const suggestion = "settings.queryID is not known, did you mean queryId?";
  expect(refused({ queryId: "1", queryID: "1" })).toThrow(expect.objectContaining(named(suggestion)));
});

test.each(Object.entries(kinds))("messages: those of %s say what was expected", (_kind, schema) => {
  expect(messagesOf(schema, { queryId: 1 })).toEqual(["Invalid input: expected string, received number"]);
  expect(messagesOf(schema, { queryId: "" })).toEqual(["Too small: expected string to have >=1 characters"]);
});

test("messages: a host's language of zod changes none, and a schema's own message goes first", () => {
  const before = { ...mini.config() };
  mini.config({ localeError: () => "ungültig", customError: () => "falsch" });
  try {
    const schema = mini.object({ limit: mini.int(), at: mini.string("is no text") });
    expect(messagesOf(schema, { limit: "x", at: 1 })).toEqual([
      "Invalid input: expected number, received string",
      "is no text",
    ]);
    expect(() => parseOptions(schema, { limit: "x", at: "y" })).toThrow(
      "invalid option limit: Invalid input: expected number, received string",
    );
  } finally {
    mini.config({ localeError: undefined, customError: undefined, ...before });
  }
});

function messagesOf(schema: mini.core.$ZodType, value: unknown): readonly string[] {
  return safeParse(schema, value).error?.issues.map(({ message }) => message) ?? [];
}
