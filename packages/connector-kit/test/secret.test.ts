import { inspect } from "node:util";
import { redact, secret } from "@fillbook/connector-kit";
import { expect, test } from "vitest";

const value = "c4n4ry-s3cr3t";

test("secret: only reveal() gives the value", () => {
  const hidden = secret(value);
  expect(hidden.reveal()).toBe(value);
  const everything = { depth: null, showHidden: true, getters: true } as const;
  for (const print of [
    String(hidden),
    `${hidden}`,
    JSON.stringify({ hidden }),
    inspect(hidden),
    inspect({ deep: [hidden] }, everything),
    inspect(hidden, { ...everything, customInspect: false }),
    inspect(new Error("failed", { cause: hidden }), everything),
    Object.entries(hidden).join(),
    Reflect.ownKeys(hidden).map(String).join(),
  ]) {
    expect(print).not.toContain(value);
  }
  expect(JSON.stringify(hidden)).toBe('"[secret]"');
  expect(inspect(hidden)).toBe("[secret]");
  expect(Object.isFrozen(hidden)).toBe(true);
});

test("redact: every secret in a text is replaced, an empty one changes nothing", () => {
  expect(redact(`a ${value} b ${value}`, [secret(value), secret("")])).toBe("a [secret] b [secret]");
});
